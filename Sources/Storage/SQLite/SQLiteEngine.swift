import Basics
import Dispatch
import GRDB

/// SQLite in WAL mode: one writer, many readers, every commit synced.
final class SQLiteEngine: DatabaseEngine {
    private let pool: DatabasePool
    private let writer: GroupCommit

    init(path: String, readers: Int) throws {
        var configuration = Configuration()
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(10)
        configuration.label = "martlet.sqlite"
        configuration.prepareDatabase { db in
            // FULL: a commit has reached the disk before it is answered, over a power cut too.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA cache_size = -65536")
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            try db.execute(sql: "PRAGMA foreign_keys = ON")
            // As in PostgreSQL: LIKE tells capitals from small letters; what should not compares lower(…).
            try db.execute(sql: "PRAGMA case_sensitive_like = ON")
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
        } catch {
            throw MartletError(
                .unavailable,
                "cannot open the database \(path)",
                hint: "is it a SQLite file that this user may write?",
                cause: error
            )
        }
        writer = GroupCommit(pool: pool)
    }

    func read<T: Sendable>(_ body: @Sendable @escaping (Transaction) throws -> T) async throws -> T {
        do {
            return try await pool.read { db in try body(Transaction(session: SQLiteSession(db))) }
        } catch let error as DatabaseError {
            throw SQLiteSession.translate(error)
        }
    }

    func write<T: Sendable>(_ body: @Sendable @escaping (Transaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            writer.submit(WriteJob(body: body, continuation: continuation))
        }
    }

    func migrate(_ body: @Sendable @escaping (any SQLSession) throws -> Void) async throws {
        do {
            try await pool.write { db in try body(SQLiteSession(db)) }
        } catch let error as DatabaseError {
            throw SQLiteSession.translate(error)
        }
    }

    func close() async {
        await writer.drain()
        try? pool.close()
    }
}
