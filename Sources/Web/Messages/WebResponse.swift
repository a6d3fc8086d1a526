public import Basics
public import HTTPTypes
public import Hummingbird
public import NIOCore

/// An answer.
public struct WebResponse: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// The headers.
    public var headers: HTTPFields
    /// The body.
    public var body: ResponseBody

    /// Makes an answer.
    public init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: ResponseBody = ResponseBody()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// JSON.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - status: The status.
    ///   - nonFinite: How `NaN` and the infinities are written.
    public static func json(_ value: JSON, status: HTTPResponse.Status = .ok, nonFinite: NonFiniteStyle = .strings)
        -> WebResponse
    {
        json(bytes: value.bytes(nonFinite: nonFinite), status: status)
    }

    /// JSON that is written already.
    public static func json(bytes: [UInt8], status: HTTPResponse.Status = .ok) -> WebResponse {
        WebResponse(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// Plain text.
    public static func text(
        _ text: String,
        status: HTTPResponse.Status = .ok,
        type: String = "text/plain; charset=utf-8"
    ) -> WebResponse {
        WebResponse(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// Bytes in memory.
    public static func bytes(_ bytes: ByteBuffer, type: String) -> WebResponse {
        WebResponse(headers: [.contentType: type], body: ResponseBody(byteBuffer: bytes))
    }

    /// No body.
    public static func empty(_ status: HTTPResponse.Status = .noContent) -> WebResponse { WebResponse(status: status) }

    /// A stream of pieces, in bounded memory.
    ///
    /// - Parameters:
    ///   - pieces: The body.
    ///   - type: Its media type.
    ///   - count: How many bytes, where known.
    public static func stream<Pieces: AsyncSequence & Sendable>(_ pieces: Pieces, type: String, count: Int64? = nil)
        -> WebResponse
    where Pieces.Element == ByteBuffer {
        WebResponse(
            headers: [.contentType: type],
            body: ResponseBody(contentLength: count.map { Int($0) }) { writer in
                for try await piece in pieces { try await writer.write(piece) }
                try await writer.finish(nil)
            }
        )
    }
}
