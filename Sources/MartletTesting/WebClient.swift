public import Basics
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
public import Web

/// Asks a responder without a socket.
public struct WebClient: Sendable {
    private let responder: WebResponder

    /// Asks this responder.
    public init(_ responder: WebResponder) { self.responder = responder }

    /// Asks routes, put together for the test.
    public init(_ groups: [RouteGroup], authenticator: any Authenticator = OpenAccess()) throws {
        responder = try WebResponder(
            groups: groups,
            authenticator: authenticator,
            hosts: AllowedHosts(["ml.example.org"]),
            metrics: MetricsRegistry(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Status, headers and body of an answer.
    public func ask(
        _ method: HTTPRequest.Method,
        _ path: String,
        host: String? = "127.0.0.1:7750",
        headers: HTTPFields = [:],
        body: String = ""
    ) async throws -> (status: Int, headers: HTTPFields, body: String) {
        let request = Request(
            head: HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body))
        )
        let context = BasicRequestContext(
            source: ApplicationRequestContextSource(
                channel: EmbeddedChannel(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        let response = try await responder.respond(to: request, context: context)
        let collector = Collector()
        try await response.body.write(collector)
        return (response.status.code, response.headers, String(buffer: collector.buffer))
    }
}

/// Gathers a body.
private final class Collector: ResponseBodyWriter {
    var buffer = ByteBuffer()

    func write(_ piece: ByteBuffer) async throws {
        var piece = piece
        buffer.writeBuffer(&piece)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension WebClient {
    /// The JSON that a path answers.
    public func json(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil) async throws -> (
        status: Int, body: JSON
    ) {
        let answer = try await ask(method, path, headers: [.contentType: "application/json"], body: body?.text() ?? "")
        return (answer.status, answer.body.isEmpty ? .null : try JSON(parsing: answer.body))
    }
}
