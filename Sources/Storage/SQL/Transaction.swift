import Basics

/// What a statement runs in: valid only inside the closure that it was given to.
///
/// Statements are plain SQL in the dialect that SQLite and PostgreSQL share, with numbered parameters:
///
/// ```swift
/// try await database.write { tx in
///     try tx.execute("UPDATE items SET state = $1 WHERE id = $2", "done", id)
/// }
/// ```
///
/// - Note: Statements are prepared once a connection and cached by their text: keep the text constant and pass what varies
///   as parameters.
public final class Transaction {
    private let session: any SQLSession
    private(set) var afterCommit: [@Sendable () -> Void] = []

    init(session: any SQLSession) { self.session = session }

    /// Runs a statement.
    ///
    /// - Parameters:
    ///   - sql: One statement.
    ///   - values: Its parameters `$1`, `$2`, …
    /// - Returns: How many rows it changed.
    /// - Throws: ``MartletError``: `alreadyExists` for a broken uniqueness, `conflict` for another constraint,
    ///   `exhausted` for a full disk, else `internalError`.
    @discardableResult
    public func execute(_ sql: String, _ values: any SQLBindable...) throws -> Int {
        try session.run(sql, values.map { $0.sqlValue }) { _ in }
    }

    /// Runs a statement with its parameters in one array: the form for hot loops.
    @discardableResult
    public func execute(_ sql: String, values: [SQLValue]) throws -> Int {
        try session.run(sql, values) { _ in }
    }

    /// All rows of an answer.
    public func rows(_ sql: String, _ values: any SQLBindable...) throws -> [Row] {
        try rows(sql, values: values.map { $0.sqlValue })
    }

    /// All rows of an answer, parameters in one array.
    public func rows(_ sql: String, values: [SQLValue]) throws -> [Row] {
        var rows: [Row] = []
        _ = try session.run(sql, values) { rows.append($0) }
        return rows
    }

    /// The first row of an answer.
    public func row(_ sql: String, _ values: any SQLBindable...) throws -> Row? {
        try rows(sql, values: values.map { $0.sqlValue }).first
    }

    /// Hands on each row as it is read, in constant memory.
    public func each(_ sql: String, values: [SQLValue], _ body: (Row) throws -> Void) throws {
        _ = try session.run(sql, values, body)
    }

    /// Has something done after this transaction is durable, and never if it is rolled back: waking readers, for example.
    ///
    /// - Parameter action: Quick and without waiting; it runs on the writer's thread.
    public func onCommit(_ action: @escaping @Sendable () -> Void) { afterCommit.append(action) }
}

/// A connection of some engine, inside a transaction.
protocol SQLSession {
    /// Runs one statement, hands on its rows, and returns how many rows it changed.
    func run(_ sql: String, _ values: [SQLValue], _ onRow: (Row) throws -> Void) throws -> Int
    /// Runs several statements without parameters: migrations.
    func runScript(_ sql: String) throws
}
