import Basics
import Hummingbird
import Ledger
import MartletTesting
import NIOCore
import Storage
import Testing

@testable import Automation
@testable import Web

extension Automation {
    /// Calls a route as the listener does.
    fileprivate func call(_ method: HTTPRequest.Method, _ path: String, query: String = "", body: String = "")
        async throws -> (status: Int, json: JSON)
    {
        let table = try RouteTable(routes())
        guard case .found(let entry, let parameters) = table.match(method, Substring(path)) else { return (404, nil) }
        let head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path)
        let web = WebRequest(
            Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body))),
            path: Substring(path),
            query: Substring(query),
            parameters: parameters,
            actor: "ann"
        )
        let response: WebResponse
        do {
            response = try await entry.route.handler(web)
        } catch {
            response = entry.envelope.response(MartletError(wrapping: error), path: path)
        }
        let collector = BodyCollector()
        try await response.body.write(collector)
        let bytes = collector.bytes
        return (response.status.code, bytes.isEmpty ? nil : try JSON(parsing: bytes))
    }
}

/// Gathers a body.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []
    func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer.readableBytesView) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

@Suite struct RouteTests {
    @Test func `a webhook is made with a secret that is told once`() async throws {
        let bench = try await Bench()
        let room = bench.room()
        let made = try await room.call(
            .post,
            "/api/v1/webhooks",
            body: #"{"url": "https://example.org/hook", "events": ["promotion.decided"]}"#
        )
        #expect(made.status == 201)
        #expect(made.json["secret"]?.string?.hasPrefix("whsec_") == true)
        let list = try await room.call(.get, "/api/v1/webhooks").json
        #expect(list["items"]?[0]?["secret"] == nil && list["items"]?[0]?["signed"]?.bool == true)
        let id = try #require(made.json["id"]?.string)
        #expect(try await room.call(.get, "/api/v1/webhooks/\(id)/deliveries").json["items"]?.array?.isEmpty == true)
        #expect(try await room.call(.delete, "/api/v1/webhooks/\(id)").status == 204)
        #expect(try await room.call(.delete, "/api/v1/webhooks/\(id)").status == 404)
        #expect(try await bench.events("webhook.created", "webhook.deleted").map(\.actor) == ["ann", "ann"])
    }

    @Test(
        arguments: zip(
            [
                ("/api/v1/webhooks", #"{"url": "https://example.org", "events": ["promotion.decide"]}"#),
                ("/api/v1/webhooks", #"{"url": "https://example.org", "event": []}"#),
                ("/api/v1/webhooks", #"["https://example.org"]"#), ("/api/v1/models/flights/promote", "{}"),
                ("/api/v1/models/flights/promote", #"{"version": 9}"#),
                ("/api/v1/models/flights/rollback", #"{"to": "two", "reason": "x"}"#),
                ("/api/v1/models/flights/rollback", "{}"),
            ],
            [
                (400, "'promotion.decide' is not a kind of event that is sent"), (400, "'event' is not a known key"),
                (400, "the body is an array"), (400, "'version' is missing or no whole number"),
                (404, "model 'flights' has no version 9"), (400, "'to' is a string"),
                (400, "a rollback needs a reason"),
            ]
        )
    )
    func `a wrong body is refused with what is wrong`(_ asked: (String, String), _ expected: (Int, String)) async throws
    {
        let bench = try await Bench()
        let answer = try await bench.room().call(.post, asked.0, body: asked.1)
        #expect(answer.status == expected.0)
        #expect(answer.json["detail"]?.string?.hasPrefix(expected.1) == true, "\(answer.json)")
        #expect(try await bench.events("webhook.created").isEmpty)
    }

    @Test func `triggers are listed with what they did and when they come next`() async throws {
        let bench = try await Bench()
        try await bench.apply(
            AutomationSpec(
                project: "flights",
                triggers: [TriggerSpec(project: "flights", pipeline: "train", source: .schedule("0 3 * * *"))]
            )
        )
        let item = try await bench.room().call(.get, "/api/v1/triggers").json["items"]?[0]
        #expect(item?["next"]?.string == "2026-01-01T03:00:00.000Z")
        #expect(item?["fired"]?.int == 0 && item?["source"]?.string == "schedule:0 3 * * *")
    }

    @Test func `what is not there is not found, with the nearest name`() async throws {
        let bench = try await Bench()
        let room = bench.room()
        let model = try await room.call(.get, "/api/v1/models/fligths")
        #expect(model.status == 404 && model.json["hint"]?.string?.contains("did you mean 'flights'?") == true)
        #expect(try await room.call(.get, "/api/v1/promotions/none").status == 404)
        #expect(try await room.call(.get, "/api/v1/why/prediction:none").status == 404)
        #expect(try await room.call(.get, "/api/v1/why/none", query: "format=xml").status == 400)
        #expect(try await bench.events("promotion.requested").isEmpty)
    }
}
