/// Collects the values of a column one after the other.
///
/// ```swift
/// var builder = ColumnBuilder(ColumnSchema("distance", .double), capacity: 1_000)
/// builder.append(1400)
/// builder.appendNull()
/// let column = builder.column
/// ```
public struct ColumnBuilder: Sendable {
    private let name: String
    private let type: ColumnType
    // One of these is filled, by `type`. An enum would be copied out and in for each value.
    private var doubles: [Double] = []
    private var floats: [Float] = []
    private var longs: [Int64] = []
    private var integers: [Int32] = []
    private var booleans: [Bool] = []
    private var strings: [String] = []
    private var validity = Validity(allValid: 0)

    /// A builder of a column, with room for `capacity` rows.
    public init(_ schema: ColumnSchema, capacity: Int = 0) {
        name = schema.name
        type = schema.type
        switch type {
        case .double: doubles.reserveCapacity(capacity)
        case .float: floats.reserveCapacity(capacity)
        case .long, .datetime: longs.reserveCapacity(capacity)
        case .integer: integers.reserveCapacity(capacity)
        case .boolean: booleans.reserveCapacity(capacity)
        case .string: strings.reserveCapacity(capacity)
        }
    }

    /// The number of rows so far.
    public var count: Int { validity.count }
    /// Name and type of the column.
    public var schema: ColumnSchema { ColumnSchema(name, type) }

    /// Adds a row without a value.
    public mutating func appendNull() {
        switch type {
        case .double: doubles.append(0)
        case .float: floats.append(0)
        case .long, .datetime: longs.append(0)
        case .integer: integers.append(0)
        case .boolean: booleans.append(false)
        case .string: strings.append("")
        }
        validity.append(false)
    }

    /// Adds a number to a `double` or `float` column; answers false for a column of another type.
    @discardableResult
    public mutating func append(_ value: Double) -> Bool {
        switch type {
        case .double: doubles.append(value)
        case .float: floats.append(Float(value))
        case .long, .integer, .boolean, .string, .datetime: return false
        }
        validity.append(true)
        return true
    }

    /// Adds a whole number to any numeric column, or milliseconds to a `datetime` column.
    ///
    /// Answers false where the value does not fit: more than 32 bits in an `integer` column, or a column of another type.
    @discardableResult
    public mutating func append(_ value: Int64) -> Bool {
        switch type {
        case .long, .datetime: longs.append(value)
        case .integer:
            guard let small = Int32(exactly: value) else { return false }
            integers.append(small)
        case .double: doubles.append(Double(value))
        case .float: floats.append(Float(value))
        case .boolean, .string: return false
        }
        validity.append(true)
        return true
    }

    /// Adds a truth value to a `boolean` column; answers false for a column of another type.
    @discardableResult
    public mutating func append(_ value: Bool) -> Bool {
        guard type == .boolean else { return false }
        booleans.append(value)
        validity.append(true)
        return true
    }

    /// Adds a text to a `string` column; answers false for a column of another type.
    @discardableResult
    public mutating func append(_ value: String) -> Bool {
        guard type == .string else { return false }
        strings.append(value)
        validity.append(true)
        return true
    }

    /// The column made of the rows so far.
    public var column: TableColumn {
        let values: ColumnValues =
            switch type {
            case .double: .double(doubles)
            case .float: .float(floats)
            case .long: .long(longs)
            case .integer: .integer(integers)
            case .boolean: .boolean(booleans)
            case .string: .string(strings)
            case .datetime: .datetime(longs)
            }
        return TableColumn(name, values, validity: validity)
    }
}
