import Basics
import MartletTesting
import Testing
import Web

struct GuardTests {
    private struct Roles: Authenticator {
        func principal(_ headers: HTTPFields) async throws -> Principal {
            switch headers[.authorization] {
            case "reader": Principal(actor: "user:r", access: .reader)
            case "writer": Principal(actor: "user:w", access: .writer)
            case "admin": Principal(actor: "user:a", access: .administrator)
            default: throw MartletError(.unauthenticated, "who are you?")
            }
        }
    }

    private func client() throws -> WebClient {
        func route(_ path: String, _ access: Guard) -> Route {
            Route(.get, path, access, "Test") { request in .text(request.actor) }
        }
        return try WebClient(
            [
                RouteGroup(
                    "guarded",
                    envelope: .problem,
                    [
                        route("/everyone", .everyone), route("/reader", .reader), route("/writer", .writer),
                        route("/administrator", .administrator),
                    ]
                )
            ],
            authenticator: Roles()
        )
    }

    @Test(arguments: [
        (String?.none, [200, 401, 401, 401, 401]), ("reader", [200, 200, 403, 403, 404]),
        ("writer", [200, 200, 200, 403, 404]),
        ("admin", [200, 200, 200, 200, 404]), ("wrong", [200, 401, 401, 401, 401]),
    ])
    func `each role may what it may, and a stranger does not learn what exists`(token: String?, expected: [Int])
        async throws
    {
        var statuses: [Int] = []
        for path in ["/everyone", "/reader", "/writer", "/administrator", "/unknown"] {
            let headers: HTTPFields = token.map { [.authorization: $0] } ?? [:]
            statuses.append(try await client().ask(.get, path, headers: headers).status)
        }
        #expect(statuses == expected)
    }
}
