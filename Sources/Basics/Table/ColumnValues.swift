/// The values of a column, one array for each type.
///
/// A row without a value holds zero or the empty text.
public enum ColumnValues: Sendable, Equatable {
    /// Values of a `double` column.
    case double([Double])
    /// Values of a `float` column.
    case float([Float])
    /// Values of a `long` column.
    case long([Int64])
    /// Values of an `integer` column.
    case integer([Int32])
    /// Values of a `boolean` column.
    case boolean([Bool])
    /// Values of a `string` column.
    case string([String])
    /// Values of a `datetime` column: milliseconds since 1970 UTC.
    case datetime([Int64])

    /// No values of a type, with room for `capacity` of them.
    public init(_ type: ColumnType, capacity: Int = 0) {
        func empty<T>(_: T.Type) -> [T] {
            var values: [T] = []
            values.reserveCapacity(capacity)
            return values
        }
        switch type {
        case .double: self = .double(empty(Double.self))
        case .float: self = .float(empty(Float.self))
        case .long: self = .long(empty(Int64.self))
        case .integer: self = .integer(empty(Int32.self))
        case .boolean: self = .boolean(empty(Bool.self))
        case .string: self = .string(empty(String.self))
        case .datetime: self = .datetime(empty(Int64.self))
        }
    }

    /// What the values are.
    public var type: ColumnType {
        switch self {
        case .double: .double
        case .float: .float
        case .long: .long
        case .integer: .integer
        case .boolean: .boolean
        case .string: .string
        case .datetime: .datetime
        }
    }

    /// The number of values.
    public var count: Int {
        switch self {
        case .double(let values): values.count
        case .float(let values): values.count
        case .long(let values), .datetime(let values): values.count
        case .integer(let values): values.count
        case .boolean(let values): values.count
        case .string(let values): values.count
        }
    }

    /// The values of `range` only.
    public func slice(_ range: Range<Int>) -> ColumnValues {
        switch self {
        case .double(let values): .double(Array(values[range]))
        case .float(let values): .float(Array(values[range]))
        case .long(let values): .long(Array(values[range]))
        case .integer(let values): .integer(Array(values[range]))
        case .boolean(let values): .boolean(Array(values[range]))
        case .string(let values): .string(Array(values[range]))
        case .datetime(let values): .datetime(Array(values[range]))
        }
    }

    /// The values at the given rows, in the given order.
    public func gather(_ rows: [Int]) -> ColumnValues {
        switch self {
        case .double(let values): .double(rows.map { values[$0] })
        case .float(let values): .float(rows.map { values[$0] })
        case .long(let values): .long(rows.map { values[$0] })
        case .integer(let values): .integer(rows.map { values[$0] })
        case .boolean(let values): .boolean(rows.map { values[$0] })
        case .string(let values): .string(rows.map { values[$0] })
        case .datetime(let values): .datetime(rows.map { values[$0] })
        }
    }

    /// Adds the values of another column of the same type; answers false, changing nothing, when the types differ.
    mutating func append(_ other: ColumnValues) -> Bool {
        // Taking the array out and leaving an empty one behind keeps the buffer unique, so appending does not copy it.
        switch (self, other) {
        case (.double(var mine), .double(let theirs)):
            self = .double([])
            mine += theirs
            self = .double(mine)
        case (.float(var mine), .float(let theirs)):
            self = .float([])
            mine += theirs
            self = .float(mine)
        case (.long(var mine), .long(let theirs)):
            self = .long([])
            mine += theirs
            self = .long(mine)
        case (.integer(var mine), .integer(let theirs)):
            self = .integer([])
            mine += theirs
            self = .integer(mine)
        case (.boolean(var mine), .boolean(let theirs)):
            self = .boolean([])
            mine += theirs
            self = .boolean(mine)
        case (.string(var mine), .string(let theirs)):
            self = .string([])
            mine += theirs
            self = .string(mine)
        case (.datetime(var mine), .datetime(let theirs)):
            self = .datetime([])
            mine += theirs
            self = .datetime(mine)
        default:
            return false
        }
        return true
    }
}
