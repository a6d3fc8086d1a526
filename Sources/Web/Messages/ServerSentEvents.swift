public import Basics
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// One message of an event stream (html.spec.whatwg.org/multipage/server-sent-events.html).
public struct ServerSentEvent: Sendable {
    /// What a client that reconnects sends as `Last-Event-ID`.
    public var id: String?
    /// The message's kind.
    public var event: String?
    /// The message.
    public var data: JSON

    /// Makes a message.
    public init(id: String? = nil, event: String? = nil, data: JSON) {
        self.id = id
        self.event = event
        self.data = data
    }

    var text: String {
        (id.map { "id: \($0)\n" } ?? "") + (event.map { "event: \($0)\n" } ?? "") + "data: \(data.text())\n\n"
    }
}

extension WebResponse {
    /// A live stream of messages, until the client goes or the server stops.
    ///
    /// - Parameter next: Waits for more messages, not longer than some seconds; an empty answer sends a comment that keeps
    ///   the connection open, `nil` ends the stream.
    public static func events(_ next: @escaping @Sendable () async throws -> [ServerSentEvent]?) -> WebResponse {
        WebResponse(
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: ": connected\n\n"))
                // A stream has no end of its own: without this a server with one open page would never finish stopping.
                while !Task.isCancelled, !Task.isShuttingDownGracefully {
                    let messages: [ServerSentEvent]?
                    do {
                        messages = try await cancelWhenGracefulShutdown { try await next() }
                    } catch is CancellationError {
                        break
                    }
                    guard let messages else { break }
                    let text = messages.isEmpty ? ": still here\n\n" : messages.map(\.text).joined()
                    try await writer.write(ByteBuffer(string: text))
                }
                try await writer.finish(nil)
            }
        )
    }
}
