public import Basics
public import Ledger
public import Storage

/// An empty store in a folder of its own: database, blobs, ledger.
public struct TestStore: Sendable {
    /// Where it is; gone with the store.
    public let folder: TemporaryFolder
    /// The database, migrated.
    public let database: Database
    /// The blobs.
    public let blobs: BlobStore
    /// The event log and the lineage graph.
    public let ledger: Ledger
    /// Time and names.
    public let world: World

    /// Makes a store.
    ///
    /// - Parameters:
    ///   - migrations: Those of the rooms under test; the ledger's are always there.
    ///   - world: Time and names.
    public init(_ migrations: [RoomMigrations] = [], world: World = .test()) async throws {
        folder = try TemporaryFolder()
        database = try Database.sqlite(path: folder.path("martlet.db"))
        try await database.migrate([Ledger.migrations] + migrations)
        blobs = try BlobStore(root: folder.path("blobs"))
        ledger = Ledger(database: database, world: world)
        self.world = world
    }
}
