import Basics
import MartletTesting
import Testing
import Web

struct RoutingTests {
    private static let echo: Route.Handler = { request in
        .json(.object(JSONObject(request.parameters.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
    }

    private func client() throws -> WebClient {
        try WebClient([
            RouteGroup(
                "own",
                envelope: .problem,
                [
                    Route(.get, "/api/v1/things", .reader, "All") { _ in .text("all") },
                    Route(.get, "/api/v1/things/{name}", .reader, "One", handler: Self.echo),
                    Route(.get, "/api/v1/things/special", .reader, "Special") { _ in .text("special") },
                    Route(.get, "/files/{path...}", .reader, "A file", handler: Self.echo),
                    Route(.post, "/api/v1/things", .writer, "Make") { request in
                        .json(try await request.json(limit: 20))
                    },
                    Route(.get, "/fails", .reader, "Fails") { _ in
                        throw MartletError(.unavailable, "away", hint: "wait")
                    },
                    Route(.get, "/breaks", .reader, "Breaks") { _ in throw Secret() },
                ]
            ),
            RouteGroup(
                "mlflow",
                envelope: .mlflow,
                prefixes: ["/api/2.0/mlflow"],
                [
                    Route(.get, "/api/2.0/mlflow/runs/get", .reader, "A run") { _ in
                        throw MartletError(.notFound, "No run")
                    }
                ]
            ),
        ])
    }

    private struct Secret: Error, CustomStringConvertible { let description = "password=hunter2" }

    @Test(arguments: [
        ("/api/v1/things", "all"), ("/api/v1/things/special", "special"),
        ("/api/v1/things/a%20b", #"{"name":"a b"}"#), ("/api/v1/things/a%252e", #"{"name":"a%2e"}"#),
        ("/files/a/b%2Fc", #"{"path":"a/b/c"}"#), ("/files", #"{"path":""}"#), ("/api/v1/things/é", #"{"name":"é"}"#),
    ])
    func `the most literal route answers, its parameters decoded exactly once`(path: String, body: String) async throws
    {
        let answer = try await client().ask(.get, path)
        #expect(answer.status == 200)
        #expect(answer.body == body)
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
    }

    @Test(arguments: [
        ("/nothing", 404, #""code":"not_found""#),
        ("/api/2.0/mlflow/nothing", 404, #""error_code":"RESOURCE_DOES_NOT_EXIST""#),
        ("/api/2.0/mlflow/runs/get", 404, #""message":"No run""#), ("/fails", 503, #""hint":"wait""#),
        ("/breaks", 500, "an internal error occurred"), ("/api/v1/things/%00", 404, "not_found"),
        ("/api/v1/things/%zz", 404, "not_found"),
    ])
    func `failures are told in the envelope of the path's protocol`(path: String, status: Int, part: String)
        async throws
    {
        let answer = try await client().ask(.get, path)
        #expect(answer.status == status)
        #expect(answer.body.contains(part))
        #expect(!answer.body.contains("hunter2"))
    }

    @Test func `a method that a path does not have is refused with those that it has`() async throws {
        let answer = try await client().ask(.delete, "/api/v1/things")
        #expect(answer.status == 405)
        #expect(answer.headers[.allow] == "GET, POST")
    }

    @Test func `HEAD is GET without the body`() async throws {
        let answer = try await client().ask(.head, "/api/v1/things")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentLength] == "3")
        #expect(answer.body.isEmpty)
    }

    @Test(arguments: [
        ("127.0.0.1:7750", 200), ("localhost", 200), ("[::1]:80", 200), ("ML.example.org:443", 200),
        ("evil.example", 403), ("127.0.0.1.evil.example", 403), ("localhost:x", 403), (nil, 403), ("", 403),
    ])
    func `only the server's own names are answered`(host: String?, status: Int) async throws {
        #expect(try await client().ask(.get, "/api/v1/things", host: host).status == status)
    }

    @Test func `a body over its limit and one that is not JSON are refused`() async throws {
        let large = try await client().ask(.post, "/api/v1/things", body: #"{"a":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#)
        #expect(large.status == 413)
        let broken = try await client().ask(.post, "/api/v1/things", body: "{")
        #expect(broken.status == 400)
        #expect(broken.body.contains("line 1, column 2"))
    }

    @Test func `a retryable failure says when to come back`() async throws {
        #expect(try await client().ask(.get, "/fails").headers[.retryAfter] == "1")
    }

    @Test func `two routes that answer the same request stop the server at start`() {
        let route = Route(.get, "/a/{x}", .reader, "One", handler: Self.echo)
        let other = Route(.get, "/a/{y}", .reader, "Two", handler: Self.echo)
        #expect(throws: MartletError.self) { try WebClient([RouteGroup("a", envelope: .problem, [route, other])]) }
    }

    @Test func `a query is decoded once and keys may repeat`() async throws {
        let client = try WebClient([
            RouteGroup(
                "q",
                envelope: .problem,
                [
                    Route(.get, "/q", .reader, "Query") { request in
                        .json([
                            "all": JSON(request.queries("k")),
                            "n": JSON(try request.queryInt("n", default: 1, in: 0...9)),
                        ])
                    }
                ]
            )
        ])
        #expect(try await client.ask(.get, "/q?k=a+b&k=%2B&x").body == #"{"all":["a b","+"],"n":1}"#)
        #expect(try await client.ask(.get, "/q?n=10").status == 400)
    }
}
