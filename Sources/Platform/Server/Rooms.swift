import Access
import Basics
import Dashboard
public import Ledger
import Logging
import ServiceLifecycle
public import Storage
import Web

/// All rooms of a server, put together over one store, lower ones first.
public struct Rooms: Sendable {
    /// The database under all of them.
    public let database: Database
    /// The blobs of all of them.
    public let blobs: BlobStore
    /// The event log and the lineage graph.
    public let ledger: Ledger
    let access: Access
    let metrics: MetricsRegistry

    /// Every room's migrations, lower rooms first.
    public static let migrations: [RoomMigrations] = [Ledger.migrations, Access.migrations]

    /// Opens the store and all rooms over it.
    ///
    /// - Parameters:
    ///   - folder: Where the server keeps everything.
    ///   - settings: The configuration.
    ///   - world: Time and names.
    init(folder: DataFolder, settings: Settings, world: World) async throws {
        database = try Database.sqlite(path: folder.database)
        try await database.migrate(Self.migrations)
        blobs = try BlobStore(root: folder.blobs)
        metrics = MetricsRegistry()
        ledger = Ledger(database: database, world: world)
        access = Access(database: database, world: world, token: settings["token"])
    }

    /// Every room's routes.
    func routes() -> [RouteGroup] {
        ledger.routes() + access.routes()
    }

    /// What runs as long as the server does, in start order.
    func services() -> [any Service] {
        []
    }
}
