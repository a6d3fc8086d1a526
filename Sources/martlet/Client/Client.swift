import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1

/// A client of a server's HTTP API: what every verb speaks through.
///
/// ```swift
/// try await Client.use(options) { client in
///     let overview = try await client.get("/api/v1/overview")
/// }
/// ```
struct Client: Sendable {
    /// The server's address, without a slash at its end.
    let base: String
    private let token: String?
    private let http: HTTPClient

    /// How long an answer may take where its caller does not say.
    static let patience: Duration = .seconds(60)
    /// How large an answer may be: 256 MiB.
    static let answerLimit = 256 << 20

    /// Opens a client for as long as `body` runs.
    ///
    /// - Parameters:
    ///   - options: Where the server is.
    ///   - connections: How many requests may be under way at once.
    static func use<Result>(
        _ options: ServerOptions,
        connections: Int = 8,
        _ body: (Client) async throws -> Result
    ) async throws -> Result {
        try await use(base: options.address(), token: options.token, connections: connections, body)
    }

    static func use<Result>(
        base: String,
        token: String?,
        connections: Int = 8,
        _ body: (Client) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.connectionPool.idleTimeout = .seconds(20)
        // A server that is not there is told at once; who wants to wait for it asks again.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let result = try await body(Client(base: base, token: token, http: http))
            try? await http.shutdown()
            return result
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    private init(base: String, token: String?, http: HTTPClient) {
        self.base = base
        self.token = token
        self.http = http
    }

    /// Sends a request and gives the answer's head with a body yet to be read.
    ///
    /// - Parameters:
    ///   - deadline: How long the whole answer may take; `nil` for a stream without end.
    /// - Throws: The server's own error for a status from 400; `unavailable` where no server answers.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        query: [(String, String)] = [],
        headers: [(String, String)] = [],
        body: HTTPClientRequest.Body? = nil,
        deadline: Duration? = Client.patience
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: base + path + QueryString.text(query))
        request.method = method
        request.headers.add(name: "User-Agent", value: "martlet")
        request.headers.add(name: "Accept", value: "application/json")
        // Without tokens the server cannot know who asks: this is what it writes down then.
        if let user = ServerOptions.variable("USER") {
            request.headers.add(
                name: "Martlet-Actor",
                value: "cli:\(user.prefix(60).filter { $0.isASCII && !$0.isWhitespace })"
            )
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        request.body = body
        let response: HTTPClientResponse
        do {
            let limit: NIODeadline = deadline.map { .now() + .milliseconds($0.milliseconds) } ?? .distantFuture
            response = try await http.execute(request, deadline: limit)
        } catch {
            throw failure(error, method: method, path: path)
        }
        guard response.status.code < 400 else { throw try await Problem.error(response, path: path) }
        return response
    }

    /// Sends a request and gives the whole answer.
    func bytes(
        _ method: HTTPMethod,
        _ path: String,
        query: [(String, String)] = [],
        headers: [(String, String)] = [],
        body: HTTPClientRequest.Body? = nil,
        deadline: Duration = Client.patience
    ) async throws -> (headers: HTTPHeaders, body: ByteBuffer) {
        let response = try await send(method, path, query: query, headers: headers, body: body, deadline: deadline)
        do {
            return (response.headers, try await response.body.collect(upTo: Self.answerLimit))
        } catch is NIOTooManyBytesError {
            throw MartletError(.tooLarge, "the answer of \(path) is larger than \(Self.answerLimit) bytes")
        } catch {
            throw failure(error, method: method, path: path)
        }
    }

    /// A failure of the transport in words.
    private func failure(_ error: any Error, method: HTTPMethod, path: String) -> any Error {
        if error is CancellationError || error is MartletError { return error }
        switch error as? HTTPClientError {
        case .cancelled?: return CancellationError()
        case .deadlineExceeded?, .readTimeout?:
            return MartletError(.deadlineExceeded, "\(base) did not answer \(method.rawValue) \(path) in time")
        case .remoteConnectionClosed?:
            return MartletError(
                .unavailable,
                "\(base) closed the connection in the middle of \(method.rawValue) \(path)",
                hint: "the server's log says why"
            )
        default:
            return MartletError(
                .unavailable,
                "no server answers at \(base)",
                hint: "start one with `martlet server`, or say where it is with --url or MARTLET_URL",
                cause: error
            )
        }
    }
}
