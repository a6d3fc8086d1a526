import Basics
import Datasets
import Foundation
import Hummingbird
import Ledger
import NIOCore
import Testing

@testable import Web

/// The API as its callers see it: status, body, and which events were appended.
@Suite(.enabled("needs DuckDB", Catalog.hasDuckDB), .timeLimit(.minutes(2)))
struct RouteTests {
    private func call(
        _ catalog: Catalog,
        _ method: HTTPRequest.Method,
        _ path: String,
        query: String = "",
        body: String = ""
    ) async throws -> (status: Int, json: JSON) {
        let table = try RouteTable(catalog.datasets.routes())
        guard case .found(let entry, let parameters) = table.match(method, Substring(path)) else { return (404, nil) }
        let head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
        let web = WebRequest(
            request,
            path: Substring(path),
            query: Substring(query),
            parameters: parameters,
            actor: "client"
        )
        let response: WebResponse
        do {
            response = try await entry.route.handler(web)
        } catch {
            response = entry.envelope.response(MartletError(wrapping: error), path: path)
        }
        let collector = Collector()
        try await response.body.write(collector)
        let bytes = await collector.bytes.value
        return (response.status.code, try JSON(parsing: bytes))
    }

    private func catalog() async throws -> Catalog {
        try await Catalog(DatasetSpec("flights", checks: [.column(ColumnCheck("x", min: 0))]))
    }

    @Test func `an uploaded file becomes a version that can be read back`() async throws {
        let catalog = try await catalog()
        let (status, json) = try await call(
            catalog,
            .post,
            "/api/v1/datasets/flights/versions",
            query: "format=csv&mode=append&event_time=2013-01-31T23:00:00Z",
            body: "x\n1\n2\n"
        )
        #expect(status == 201)
        #expect(json["version"] == 1)
        #expect(json["status"] == "accepted")
        #expect(json["event_time"] == "2013-01-31T23:00:00.000Z")
        #expect(json["actor"] == "client")
        let shown = try await call(catalog, .get, "/api/v1/datasets/flights/versions/latest").json
        #expect(shown["profile"]?["rows"] == 2)
        #expect(shown["parts"]?[0]?["format"] == "csv")
        #expect(shown["checks"] == [["column": "x", "min": 0.0, "passed": true]])
        #expect(shown["schema"] == [["name": "x", "type": "long", "sql_type": "BIGINT"]])
        let list = try await call(catalog, .get, "/api/v1/datasets").json
        #expect(list["items"]?[0]?["latest"] == 1)
        let versions = try await call(catalog, .get, "/api/v1/datasets/flights/versions").json
        #expect(versions["items"]?.array?.count == 1)
        #expect(versions["items"]?[0]?["profile"] == nil)
        #expect(try await call(catalog, .get, "/api/v1/datasets/flights").json["version"]?["version"] == 1)
    }

    @Test func `a version that waits is accepted or rejected with a reason`() async throws {
        let catalog = try await catalog()
        _ = try await call(catalog, .post, "/api/v1/datasets/flights/versions", body: "x\n-1\n")
        let shown = try await call(catalog, .get, "/api/v1/datasets/flights/versions/1").json
        #expect(shown["checks"] == [["column": "x", "min": 0.0, "passed": false]])
        #expect(shown["failures"]?[0]?["rows"] == [1])
        let silent = try await call(catalog, .post, "/api/v1/datasets/flights/versions/1/accept", body: "{}")
        #expect(silent.status == 400)
        #expect(silent.json["detail"] == "the body has no text 'reason'")
        let path = "/api/v1/datasets/flights/versions/1/reject"
        let rejected = try await call(catalog, .post, path, body: #"{"reason": "wrong sign"}"#)
        #expect(rejected.status == 200)
        #expect(rejected.json["status"] == "rejected")
        #expect(rejected.json["decision"]?["reason"] == "wrong sign")
        #expect(try await call(catalog, .post, path, body: #"{"reason": "again"}"#).status == 409)
        #expect(
            try await catalog.events() == [
                "dataset.declared", "dataset_version.created", "dataset_version.waiting", "dataset_version.rejected",
            ]
        )
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        var query = ""
        let status: Int
        let detail: String
        var testDescription: String { "\(path)?\(query)" }
    }

    static let refusals: [Refusal] = [
        Refusal(
            method: .get,
            path: "/api/v1/datasets/fligths",
            status: 404,
            detail: "dataset 'fligths' is not declared"
        ),
        Refusal(
            method: .post,
            path: "/api/v1/datasets/none/versions",
            status: 404,
            detail: "dataset 'none' is not declared"
        ),
        Refusal(
            method: .post,
            path: "/api/v1/datasets/flights/versions",
            query: "format=xml",
            status: 400,
            detail: "the query's 'format' is 'xml'"
        ),
        Refusal(
            method: .post,
            path: "/api/v1/datasets/flights/versions",
            query: "mode=apend",
            status: 400,
            detail: "the query's 'mode' is 'apend'"
        ),
        Refusal(
            method: .post,
            path: "/api/v1/datasets/flights/versions",
            query: "event_time=yesterday",
            status: 400,
            detail: "the query's 'event_time' is 'yesterday'"
        ),
        Refusal(method: .post, path: "/api/v1/datasets/flights/versions", status: 400, detail: "the file is empty"),
        Refusal(
            method: .get,
            path: "/api/v1/datasets/flights/versions/7",
            status: 404,
            detail: "dataset 'flights' has no version 7"
        ),
        Refusal(
            method: .get,
            path: "/api/v1/datasets/flights/versions/latest",
            status: 404,
            detail: "dataset 'flights' has no accepted version"
        ),
        Refusal(
            method: .get,
            path: "/api/v1/datasets/flights/versions/x",
            status: 400,
            detail: "'x' is no version"
        ),
    ]

    @Test(arguments: refusals) func `what is wrong is said, and nothing is kept`(_ scenario: Refusal) async throws {
        let catalog = try await catalog()
        let (status, json) = try await call(catalog, scenario.method, scenario.path, query: scenario.query)
        #expect(status == scenario.status)
        #expect(json["detail"]?.string == scenario.detail)
        #expect(try await catalog.datasets.versions(of: "flights").isEmpty)
    }
}

/// Gathers a response's body.
private struct Collector: ResponseBodyWriter {
    actor Bytes {
        private(set) var value: [UInt8] = []
        func append(_ more: [UInt8]) { value += more }
    }

    let bytes = Bytes()

    func write(_ buffer: ByteBuffer) async throws { await bytes.append(Array(buffer.readableBytesView)) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
