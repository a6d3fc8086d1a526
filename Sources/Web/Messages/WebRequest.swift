public import Basics
public import HTTPTypes
public import Hummingbird
public import NIOCore

/// A request as a handler sees it.
public struct WebRequest: Sendable {
    /// The method.
    public let method: HTTPRequest.Method
    /// The path as it came, percent-encoded.
    public let path: String
    /// The path's parameters, decoded.
    public let parameters: [String: String]
    /// The headers.
    public let headers: HTTPFields
    /// Who asks, as events name it: "client", or the user's name.
    public let actor: String
    /// The body as a stream of pieces; read once.
    public let body: RequestBody
    private let queryText: Substring?

    init(_ request: Request, path: Substring, query: Substring?, parameters: [String: String], actor: String) {
        method = request.method
        self.path = String(path)
        self.parameters = parameters
        headers = request.headers
        self.actor = actor
        body = request.body
        queryText = query
    }

    /// A parameter of the path, which its route declares.
    public func parameter(_ name: String) throws -> String {
        guard let value = parameters[name] else {
            throw MartletError(.internalError, "the route has no parameter '\(name)'")
        }
        return value
    }

    /// All values of a key of the query, decoded.
    public func queries(_ key: String) -> [String] {
        guard let queryText else { return [] }
        return queryText.split(separator: "&").compactMap { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard PercentEncoding.decode(sides[0], plusIsSpace: true) == key else { return nil }
            return sides.count > 1 ? PercentEncoding.decode(sides[1], plusIsSpace: true) : ""
        }
    }

    /// The first value of a key of the query.
    public func query(_ key: String) -> String? { queries(key).first }

    /// All keys and values of the query, decoded, in order.
    public var queryItems: [(key: String, value: String)] {
        (queryText ?? "").split(separator: "&").compactMap { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = PercentEncoding.decode(sides[0], plusIsSpace: true) else { return nil }
            return (key, sides.count > 1 ? PercentEncoding.decode(sides[1], plusIsSpace: true) ?? "" : "")
        }
    }

    /// A whole number of the query.
    ///
    /// - Throws: `invalidArgument` for a value that is not a whole number in the range.
    public func queryInt(_ key: String, default fallback: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = query(key) else { return fallback }
        guard let value = Int(text), range.contains(value) else {
            throw MartletError(
                .invalidArgument,
                "the query's '\(key)' is '\(text.prefix(40))'",
                hint: "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// A header by name, whatever its case.
    public func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    /// The whole body.
    ///
    /// - Parameter limit: How many bytes at most.
    /// - Throws: `tooLarge` over the limit.
    public func bytes(limit: Int = WebLimits.body) async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Self.tooLarge(limit) }
        if let encoding = headers[.contentEncoding], encoding != "identity" {
            throw MartletError(
                .invalidArgument,
                "the body's Content-Encoding '\(encoding.prefix(40))' is not understood",
                hint: "send it without one"
            )
        }
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Self.tooLarge(limit)
        }
    }

    /// The body as JSON.
    ///
    /// - Parameter limit: How many bytes at most.
    /// - Throws: `tooLarge` over the limit, `invalidArgument` for what is not JSON.
    public func json(limit: Int = WebLimits.body) async throws -> JSON {
        let buffer = try await bytes(limit: limit)
        guard buffer.readableBytes > 0 else { return .object(JSONObject()) }
        return try JSON(parsing: buffer.readableBytesView)
    }

    private static func tooLarge(_ limit: Int) -> MartletError {
        MartletError(.tooLarge, "the body is larger than \(limit) bytes", hint: "send it in smaller pieces")
    }
}

/// Limits that hold where a route names no other.
public enum WebLimits {
    /// A body that is held in memory: 32 MiB.
    public static let body = 32 << 20
}
