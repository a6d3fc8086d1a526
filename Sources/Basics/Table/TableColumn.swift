/// One named, typed column of a ``ColumnTable``.
public struct TableColumn: Sendable, Equatable {
    /// The column's name.
    public let name: String
    /// The values; a row that is null holds zero or the empty text.
    public private(set) var values: ColumnValues
    /// Which rows hold a value.
    public private(set) var validity: Validity

    /// A column of values that are all there.
    public init(_ name: String, _ values: ColumnValues) {
        self.init(name, values, validity: Validity(allValid: values.count))
    }

    /// A column with nulls.
    ///
    /// - Precondition: `validity` covers as many rows as there are values. Who builds both has counted both.
    public init(_ name: String, _ values: ColumnValues, validity: Validity) {
        precondition(values.count == validity.count, "column \(name): \(values.count) values, \(validity.count) bits")
        self.name = name
        self.values = values
        self.validity = validity
    }

    /// An empty column.
    public init(_ schema: ColumnSchema) {
        self.init(schema.name, ColumnValues(schema.type))
    }

    /// A column of `rows` nulls.
    public init(nulls schema: ColumnSchema, count rows: Int) {
        var builder = ColumnBuilder(schema, capacity: rows)
        for _ in 0..<rows { builder.appendNull() }
        self = builder.column
    }

    /// What the values are.
    public var type: ColumnType { values.type }
    /// Name and type.
    public var schema: ColumnSchema { ColumnSchema(name, type) }
    /// The number of rows.
    public var count: Int { values.count }
    /// The number of rows without a value; O(count/64).
    public var nullCount: Int { validity.nullCount }

    /// Whether the row has no value.
    public func isNull(_ row: Int) -> Bool { !validity[row] }

    /// The same values under another name.
    public func renamed(_ name: String) -> TableColumn {
        TableColumn(name, values, validity: validity)
    }

    /// The rows of `range` only.
    public func slice(_ range: Range<Int>) -> TableColumn {
        TableColumn(name, values.slice(range), validity: validity.slice(range))
    }

    /// The given rows, in the given order.
    public func gather(_ rows: [Int]) -> TableColumn {
        TableColumn(name, values.gather(rows), validity: validity.gather(rows))
    }

    /// Adds the rows of a column of the same type; answers false, changing nothing, when the types differ.
    @discardableResult
    public mutating func append(_ other: TableColumn) -> Bool {
        guard values.append(other.values) else { return false }
        validity.append(other.validity)
        return true
    }
}
