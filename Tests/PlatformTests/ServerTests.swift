import Basics
import MartletTesting
import Testing
import Web

struct ServerTests {
    @Test func `all rooms fit together and a fresh server answers everywhere`() async throws {
        let server = try await TestServer()
        for path in [
            "health", "version", "api/v1/overview", "api/v1/events", "api/v1/projects", "metrics", "", "api/v1/models",
        ] {
            let answer = try await server.client.ask(.get, "/\(path)")
            #expect(answer.status == 200, "\(path): \(answer.body)")
        }
        let routes = try await server.client.json(.get, "/api/v1/routes").body["items"]?.array ?? []
        #expect(routes.count > 100)
    }

    @Test func `with a token in the configuration only what is declared public answers without it`() async throws {
        let server = try await TestServer(["token": "a-long-enough-secret"])
        let routes = try await TestServer().client.json(.get, "/api/v1/routes").body["items"]?.array ?? []
        for route in routes {
            guard let path = route["path"]?.string,
                let method = route["method"]?.string.flatMap({ HTTPRequest.Method($0) })
            else { continue }
            let filled = path.replacing("{", with: "").replacing("...}", with: "").replacing("}", with: "")
            let status = try await server.client.ask(method, filled).status
            #expect((status == 401) == (route["access"] != "everyone"), "\(method) \(path) answered \(status)")
        }
        #expect(try await server.client.ask(.get, "/unknown").status == 401)
    }

    @Test func `a project is applied once and its events tell of it`() async throws {
        let server = try await TestServer()
        let file: JSON = ["file": "project: p\ndatasets:\n  d: {checks: [{column: x, min: 0}]}\n"]
        #expect(try await server.client.json(.post, "/api/v1/projects/plan", file).body["empty"] == false)
        #expect(try await server.client.json(.post, "/api/v1/projects/apply", file).status == 200)
        #expect(try await server.client.json(.post, "/api/v1/projects/apply", file).body["empty"] == true)
        let kinds = try await server.client.json(.get, "/api/v1/events").body["items"]?.array?.compactMap {
            $0["kind"]?.string
        }
        #expect(kinds?.filter { $0 == "project.applied" }.count == 1)
        #expect(kinds?.contains("dataset.declared") == true)
    }
}
