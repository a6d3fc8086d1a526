public import Basics
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Storage
import Synchronization
import UnixSignals
public import Web

/// A whole server: store, rooms, routes and services in one process.
///
/// ```swift
/// let server = try await Server(settings: Settings(flags: ["listen": "127.0.0.1:0", "data": folder]), world: .system)
/// try await server.run { address in print(address.url) }
/// ```
public final class Server: Sendable {
    /// The rooms, for tests and for the command line.
    public let rooms: Rooms
    private let settings: Settings
    private let folder: DataFolder
    private let probes: Probes
    private let port: Int
    private let logger: Logger

    /// Opens the store and puts the rooms together; answers nothing yet.
    ///
    /// - Parameters:
    ///   - settings: The configuration.
    ///   - world: Time and names.
    /// - Throws: ``MartletError`` where the configuration is not safe or the store cannot be opened.
    public init(settings: Settings, world: World = .system) async throws {
        guard settings.isLoopback || settings["token"] != nil else {
            throw MartletError(
                .permissionDenied,
                "the address \(settings.text("listen")) can be reached from other machines and there is no token",
                hint: "set MARTLET_TOKEN, or listen on 127.0.0.1"
            )
        }
        self.settings = settings
        var logger = Logger(label: "martlet")
        logger.logLevel = Logger.Level(rawValue: settings.text("log_level")) ?? .info
        self.logger = logger
        folder = try DataFolder(settings.text("data"))
        // Steps and workers are told the server's address before it listens, so a free port is chosen here.
        port = settings.listen.port == 0 ? try FreePort.find(host: settings.listen.host) : settings.listen.port
        let url = ServerAddress(host: settings.listen.host, port: port).url
        rooms = try await Rooms(folder: folder, settings: settings, url: url, world: world)
        probes = Probes(rooms: rooms)
    }

    /// What answers requests, without a listener: tests ask it in memory.
    ///
    /// - Throws: Where two routes answer the same request.
    public func responder() throws -> WebResponder {
        let groups = rooms.routes() + probes.routes()
        return try WebResponder(
            groups: groups + [RouteList.route(of: groups)],
            authenticator: rooms.access,
            hosts: AllowedHosts(settings.list("hosts") + [settings.listen.host]),
            metrics: rooms.metrics,
            logger: logger
        )
    }

    /// Answers until the process is told to stop (SIGTERM or SIGINT), or the task is cancelled; then finishes what is under
    /// way.
    ///
    /// - Parameter ready: Called once, when the server answers.
    public func run(signals: Bool = true, ready: @escaping @Sendable (ServerAddress) async -> Void) async throws {
        let responder = try responder()
        let host = settings.listen.host
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                serverName: "martlet",
                backlog: 1024
            ),
            onServerRunning: { channel in
                self.probes.isReady.store(true, ordering: .releasing)
                await ready(ServerAddress(host: host, port: channel.localAddress?.port ?? self.port))
            },
            logger: logger
        )
        var configuration = ServiceGroupConfiguration(
            services: rooms.services().map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
                + [
                    ServiceGroupConfiguration.ServiceConfiguration(
                        service: application,
                        successTerminationBehavior: .gracefullyShutdownGroup
                    )
                ],
            gracefulShutdownSignals: signals ? [.sigterm, .sigint] : [],
            logger: logger
        )
        // Requests under way are answered, but a client that never stops sending or reading does not keep the server up.
        configuration.maximumGracefulShutdownDuration = .seconds(20)
        try await ServiceGroup(configuration: configuration).run()
        await rooms.database.close()
    }
}

/// Where a server answers.
public struct ServerAddress: Sendable, Hashable {
    /// The host, as configured.
    public let host: String
    /// The port, the real one where 0 was asked for.
    public let port: Int

    /// The address as a URL.
    public var url: String { "http://\(host):\(port)" }
}
