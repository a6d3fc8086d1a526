import Basics
import GRDB
import GRDBSQLite

/// A connection of SQLite inside a transaction.
///
/// GRDB owns the connection, the pool and the cache of statements; parameters and columns go through SQLite's own calls,
/// which spares a conversion for each value of the hot paths.
struct SQLiteSession: SQLSession {
    private let db: GRDB.Database

    init(_ db: GRDB.Database) { self.db = db }

    var isInTransaction: Bool { db.isInsideTransaction }

    func runScript(_ sql: String) throws { try db.execute(sql: sql) }

    /// Runs a statement of the transaction itself.
    func command(_ sql: String) throws {
        let statement = try db.cachedStatement(sql: sql)
        try statement.execute()
    }

    func run(_ sql: String, _ values: [SQLValue], _ onRow: (Row) throws -> Void) throws -> Int {
        let statement = try db.cachedStatement(sql: SQLiteDialect.translate(sql))
        let handle = statement.sqliteStatement
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        try bind(values, to: handle, sql)
        let width = sqlite3_column_count(handle)
        let columns = width > 0 ? statement.columnNames : []
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW:
                var row: [SQLValue] = []
                row.reserveCapacity(Int(width))
                for index in 0..<width { row.append(Self.value(handle, index)) }
                try onRow(Row(columns: columns, values: row))
            case SQLITE_DONE:
                return sqlite3_stmt_readonly(handle) != 0 ? 0 : Int(sqlite3_changes(db.sqliteConnection))
            default:
                throw failure(sql)
            }
        }
    }

    /// Gives `?n` the n-th value.
    private func bind(_ values: [SQLValue], to handle: OpaquePointer?, _ sql: String) throws {
        let count = Int(sqlite3_bind_parameter_count(handle))
        guard count == values.count else {
            throw MartletError(
                .internalError,
                "a statement has \(count) parameters and got \(values.count) values: \(sql.prefix(200))"
            )
        }
        for (index, value) in values.enumerated() {
            if Self.bind(value, handle, Int32(index + 1)) != SQLITE_OK { throw failure(sql) }
        }
    }

    private static func bind(_ value: SQLValue, _ handle: OpaquePointer?, _ index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .int(let value): return sqlite3_bind_int64(handle, index, value)
        case .double(let value): return sqlite3_bind_double(handle, index, value)
        case .text(var value):
            return value.withUTF8 { text in
                text.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(handle, index, $0.baseAddress ?? emptyText, Int32($0.count), transient)
                }
            }
        case .bytes(let value):
            return value.withUnsafeBytes {
                sqlite3_bind_blob(
                    handle,
                    index,
                    $0.baseAddress ?? UnsafeRawPointer(emptyText),
                    Int32($0.count),
                    transient
                )
            }
        }
    }

    private static func value(_ handle: OpaquePointer?, _ index: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: return .int(sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: return .double(sqlite3_column_double(handle, index))
        case SQLITE_TEXT:
            guard let text = sqlite3_column_text(handle, index) else { return .text("") }
            let count = Int(sqlite3_column_bytes(handle, index))
            return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            guard let bytes = sqlite3_column_blob(handle, index) else { return .bytes([]) }
            return .bytes(Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, index)))))
        default: return .null
        }
    }

    private func failure(_ sql: String) -> any Error {
        let connection = db.sqliteConnection
        let message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? "unknown"
        return Self.error(code: sqlite3_extended_errcode(connection), message: message, sql: sql)
    }

    /// A failure of SQLite or GRDB in Martlet's words; other errors pass unchanged.
    static func translate(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        return Self.error(
            code: error.extendedResultCode.rawValue,
            message: error.message ?? "unknown",
            sql: error.sql ?? ""
        )
    }

    private static func error(code: Int32, message: String, sql: String) -> MartletError {
        let cause = SQLFailure(code: code, message: message, sql: sql)
        switch code & 0xFF {
        case SQLITE_CONSTRAINT where [SQLITE_CONSTRAINT_UNIQUE_CODE, SQLITE_CONSTRAINT_PRIMARYKEY_CODE].contains(code):
            return MartletError(.alreadyExists, "a row with the same key exists already", cause: cause)
        case SQLITE_CONSTRAINT: return MartletError(.conflict, "the change breaks a rule of the database", cause: cause)
        case SQLITE_FULL:
            return MartletError(
                .exhausted,
                "the disk of the database is full; nothing was stored",
                hint: "free some space and try again",
                cause: cause
            )
        case SQLITE_IOERR:
            return MartletError(.unavailable, "the disk of the database failed; nothing was stored", cause: cause)
        case SQLITE_BUSY, SQLITE_LOCKED:
            return MartletError(
                .unavailable,
                "the database is locked by another process",
                hint: "is a second server using the same --data folder?",
                cause: cause
            )
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return MartletError(
                .dataLoss,
                "the database file is damaged",
                hint: "restore it from a backup",
                cause: cause
            )
        default: return MartletError(.internalError, "the database refused a statement", cause: cause)
        }
    }
}

/// The engine's own words, kept for the log.
private struct SQLFailure: Error, CustomStringConvertible {
    let code: Int32
    let message: String
    let sql: String
    var description: String { "SQLite \(code): \(message) in \(sql.prefix(300))" }
}

// C macros with casts are not imported.
// See: sqlite.org/c3ref/c_static.html and sqlite.org/rescode.html
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
private let SQLITE_CONSTRAINT_UNIQUE_CODE: Int32 = 19 | 8 << 8
private let SQLITE_CONSTRAINT_PRIMARYKEY_CODE: Int32 = 19 | 6 << 8
/// SQLite takes a null pointer for `NULL`, so an empty text needs an address.
nonisolated(unsafe) private let emptyText: UnsafePointer<CChar> = {
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    text.initialize(to: 0)
    return UnsafePointer(text)
}()
