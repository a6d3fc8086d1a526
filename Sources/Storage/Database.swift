import Basics

/// The database that rooms keep their tables in, whatever engine is behind it.
///
/// Writers are answered after what they wrote is durable; those that arrive together share one transaction of the engine
/// (group commit), and one that throws takes nothing of the others with it. Readers see a consistent state and never wait
/// for writers.
public final class Database: Sendable {
    private let engine: any DatabaseEngine

    init(engine: any DatabaseEngine) { self.engine = engine }

    /// Opens a SQLite database, making the file if there is none.
    ///
    /// - Parameters:
    ///   - path: The file; its folder must exist.
    ///   - readers: How many readers may read at once.
    /// - Throws: ``MartletError`` when the file cannot be opened or is not a database.
    public static func sqlite(path: String, readers: Int = 4) throws -> Database {
        Database(engine: try SQLiteEngine(path: path, readers: readers))
    }

    /// Reads, in a transaction of its own: all statements see the same state.
    ///
    /// - Parameter body: The statements; runs on a thread of the database and must not wait for anything else.
    /// - Throws: What `body` throws.
    public func read<T: Sendable>(_ body: @Sendable @escaping (Transaction) throws -> T) async throws -> T {
        try await engine.read(body)
    }

    /// Writes, all or nothing, and returns after it is durable.
    ///
    /// - Parameter body: The statements; runs on the writer's thread and must not wait for anything else. It may run
    ///   again, from the start, when the engine asks for it.
    /// - Throws: What `body` throws (nothing of it is kept then); `exhausted` when too many writers wait.
    @discardableResult
    public func write<T: Sendable>(_ body: @Sendable @escaping (Transaction) throws -> T) async throws -> T {
        try await engine.write(body)
    }

    /// Brings the tables of all rooms up to date.
    ///
    /// - Parameter rooms: Every room's migrations, lower rooms first.
    /// - Throws: ``MartletError`` with `conflict` where the database was written by a newer or another Martlet.
    public func migrate(_ rooms: [RoomMigrations]) async throws {
        try await engine.migrate { session in try Migrator(session: session).run(rooms) }
    }

    /// Ends all connections; waits for what runs.
    public func close() async { await engine.close() }
}

/// What an engine offers.
protocol DatabaseEngine: Sendable {
    func read<T: Sendable>(_ body: @Sendable @escaping (Transaction) throws -> T) async throws -> T
    func write<T: Sendable>(_ body: @Sendable @escaping (Transaction) throws -> T) async throws -> T
    func migrate(_ body: @Sendable @escaping (any SQLSession) throws -> Void) async throws
    func close() async
}
