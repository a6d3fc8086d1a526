public import Basics

/// A value as a database column holds it.
public enum SQLValue: Sendable, Hashable {
    /// `NULL`.
    case null
    /// `BIGINT`.
    case int(Int64)
    /// `DOUBLE PRECISION`; `NaN` cannot be stored (SQLite reads it back as `NULL`), so rooms keep it as a flag of their own.
    case double(Double)
    /// `TEXT`.
    case text(String)
    /// `BLOB` (`BYTEA` in PostgreSQL).
    case bytes([UInt8])
}

/// What can stand for a parameter of a statement.
public protocol SQLBindable {
    /// The value as a column holds it.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    /// Itself.
    public var sqlValue: SQLValue { self }
}

extension String: SQLBindable {
    /// `TEXT`.
    public var sqlValue: SQLValue { .text(self) }
}

extension Int: SQLBindable {
    /// `BIGINT`.
    public var sqlValue: SQLValue { .int(Int64(self)) }
}

extension Int64: SQLBindable {
    /// `BIGINT`.
    public var sqlValue: SQLValue { .int(self) }
}

extension Double: SQLBindable {
    /// `DOUBLE PRECISION`.
    public var sqlValue: SQLValue { .double(self) }
}

extension Bool: SQLBindable {
    /// `BIGINT`, 0 or 1: the one form that both engines compare alike.
    public var sqlValue: SQLValue { .int(self ? 1 : 0) }
}

extension Timestamp: SQLBindable {
    /// `BIGINT`, milliseconds since 1970.
    public var sqlValue: SQLValue { .int(milliseconds) }
}

extension JSON: SQLBindable {
    /// `TEXT`, compact.
    public var sqlValue: SQLValue { .text(text()) }
}

extension [UInt8]: SQLBindable {
    /// `BLOB`.
    public var sqlValue: SQLValue { .bytes(self) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    /// The wrapped value, or `NULL`.
    public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}
