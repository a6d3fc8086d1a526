public import Basics

/// One row of an answer: typed access by column name or by index.
///
/// The typed getters throw ``MartletError`` with `dataLoss` where a column is missing, `NULL` or of another type: a
/// statement and its reader that disagree are a fault of ours, and must not crash the server.
public struct Row: Sendable {
    /// The columns' names, in order.
    public let columns: [String]
    /// The columns' values, in order.
    public let values: [SQLValue]

    /// Makes a row.
    public init(columns: [String], values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The value of a column; `NULL` for one that the answer does not have.
    public subscript(column: String) -> SQLValue { columns.firstIndex(of: column).map { values[$0] } ?? .null }

    /// The text of a column.
    public func text(_ column: String) throws -> String { try require(textOrNil(column), column, "text") }
    /// The whole number of a column.
    public func int(_ column: String) throws -> Int64 { try require(intOrNil(column), column, "a whole number") }
    /// The number of a column.
    public func double(_ column: String) throws -> Double { try require(doubleOrNil(column), column, "a number") }
    /// The boolean of a column.
    public func bool(_ column: String) throws -> Bool { try require(intOrNil(column), column, "a boolean") != 0 }
    /// The bytes of a column.
    public func bytes(_ column: String) throws -> [UInt8] { try require(bytesOrNil(column), column, "bytes") }
    /// The moment of a column.
    public func timestamp(_ column: String) throws -> Timestamp { Timestamp(milliseconds: try int(column)) }
    /// The JSON of a column.
    public func json(_ column: String) throws -> JSON { try JSON(parsing: text(column)) }

    /// The text of a column, `nil` for `NULL`.
    public func textOrNil(_ column: String) -> String? {
        if case .text(let value) = self[column] { value } else { nil }
    }
    /// The whole number of a column, `nil` for `NULL`.
    public func intOrNil(_ column: String) -> Int64? { if case .int(let value) = self[column] { value } else { nil } }
    /// The number of a column, `nil` for `NULL`.
    public func doubleOrNil(_ column: String) -> Double? {
        switch self[column] {
        case .double(let value): value
        case .int(let value): Double(value)
        case .null, .text, .bytes: nil
        }
    }
    /// The bytes of a column, `nil` for `NULL`.
    public func bytesOrNil(_ column: String) -> [UInt8]? {
        if case .bytes(let value) = self[column] { value } else { nil }
    }
    /// The moment of a column, `nil` for `NULL`.
    public func timestampOrNil(_ column: String) -> Timestamp? { intOrNil(column).map { Timestamp(milliseconds: $0) } }
    /// The JSON of a column, `nil` for `NULL`.
    public func jsonOrNil(_ column: String) throws -> JSON? { try textOrNil(column).map { try JSON(parsing: $0) } }

    private func require<T>(_ value: T?, _ column: String, _ kind: String) throws -> T {
        if let value { return value }
        throw MartletError(.dataLoss, "column '\(column)' should hold \(kind) and holds \(self[column])")
    }
}
