extension TableColumn {
    /// A column of numbers without nulls.
    public static func doubles(_ name: String, _ values: [Double]) -> TableColumn { TableColumn(name, .double(values)) }
    /// A column of whole numbers without nulls.
    public static func longs(_ name: String, _ values: [Int64]) -> TableColumn { TableColumn(name, .long(values)) }
    /// A column of texts without nulls.
    public static func strings(_ name: String, _ values: [String]) -> TableColumn { TableColumn(name, .string(values)) }
    /// A column of truth values without nulls.
    public static func booleans(_ name: String, _ values: [Bool]) -> TableColumn { TableColumn(name, .boolean(values)) }
    /// A column of instants (milliseconds since 1970) without nulls.
    public static func datetimes(_ name: String, _ values: [Int64]) -> TableColumn {
        TableColumn(name, .datetime(values))
    }

    /// The values as numbers, a null as NaN; truth values as 0 and 1, instants as milliseconds.
    ///
    /// Nil for text.
    /// O(count); a `double` column without nulls is handed over as it is.
    public var doubles: [Double]? {
        var numbers: [Double]
        switch values {
        case .double(let values): numbers = values
        case .float(let values): numbers = values.map(Double.init)
        case .long(let values), .datetime(let values): numbers = values.map(Double.init)
        case .integer(let values): numbers = values.map(Double.init)
        case .boolean(let values): numbers = values.map { $0 ? 1 : 0 }
        case .string: return nil
        }
        if !validity.isAllValid {
            for row in numbers.indices where !validity[row] { numbers[row] = .nan }
        }
        return numbers
    }

    /// The whole numbers of a `long`, `integer` or `datetime` column, a null as zero; nil for other types.
    public var longs: [Int64]? {
        switch values {
        case .long(let values), .datetime(let values): values
        case .integer(let values): values.map(Int64.init)
        case .double, .float, .boolean, .string: nil
        }
    }

    /// The value of a row as a number; nil when it is null or text.
    public func double(_ row: Int) -> Double? {
        guard validity[row] else { return nil }
        switch values {
        case .double(let values): return values[row]
        case .float(let values): return Double(values[row])
        case .long(let values), .datetime(let values): return Double(values[row])
        case .integer(let values): return Double(values[row])
        case .boolean(let values): return values[row] ? 1 : 0
        case .string: return nil
        }
    }

    /// The value of a row as a whole number; nil when it is null or not whole.
    public func long(_ row: Int) -> Int64? {
        guard validity[row] else { return nil }
        switch values {
        case .long(let values), .datetime(let values): return values[row]
        case .integer(let values): return Int64(values[row])
        case .boolean(let values): return values[row] ? 1 : 0
        case .double(let values): return Int64(exactly: values[row])
        case .float(let values): return Int64(exactly: values[row])
        case .string: return nil
        }
    }

    /// The value of a row as text, whatever its type; nil when it is null.
    ///
    /// A whole number of a `double` column is written without a fraction, so that a category that passed through a
    /// floating point column (`3.0`) keeps its name (`3`).
    public func text(_ row: Int) -> String? {
        guard validity[row] else { return nil }
        switch values {
        case .double(let values): return Self.text(values[row])
        case .float(let values): return Int64(exactly: values[row]).map(String.init) ?? String(values[row])
        case .long(let values): return String(values[row])
        case .integer(let values): return String(values[row])
        case .boolean(let values): return values[row] ? "true" : "false"
        case .string(let values): return values[row]
        case .datetime(let values): return Timestamp(milliseconds: values[row]).iso8601
        }
    }

    private static func text(_ value: Double) -> String {
        if abs(value) < 1e15, let whole = Int64(exactly: value) { return String(whole) }
        return String(value)
    }
}
