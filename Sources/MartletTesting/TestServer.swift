public import Basics
public import Platform

/// A whole server in memory: all rooms over a store in a folder of its own, asked without a socket.
///
/// Its services do not run: a test that needs one runs it. Its clock stands still until the test moves it.
public struct TestServer: Sendable {
    /// Where it keeps everything; gone with the server.
    public let folder: TemporaryFolder
    /// The server.
    public let server: Server
    /// Asks it.
    public let client: WebClient

    /// Makes a server.
    ///
    /// - Parameters:
    ///   - settings: Settings by key, beside a folder and an address.
    ///   - world: Time and names.
    public init(_ settings: [String: String] = [:], world: World = .test()) async throws {
        folder = try TemporaryFolder()
        let own = ["data": folder.path("data"), "listen": "127.0.0.1:0", "log_level": "critical"]
        server = try await Server(settings: Settings(flags: own.merging(settings) { $1 }), world: world)
        client = WebClient(try server.responder())
    }
}
