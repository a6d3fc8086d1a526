extension TableColumn {
    /// The value of a row as JSON: null, a number, a boolean, a text; an instant as ISO 8601.
    public func json(_ row: Int) -> JSON {
        guard validity[row] else { return .null }
        switch values {
        case .double(let values): return .double(values[row])
        // By way of its shortest text, so that 0.1 stays 0.1 and does not become 0.10000000149011612.
        case .float(let values): return .double(Double(values[row].description) ?? Double(values[row]))
        case .long(let values): return .int(values[row])
        case .integer(let values): return .int(Int64(values[row]))
        case .boolean(let values): return .bool(values[row])
        case .string(let values): return .string(values[row])
        case .datetime(let values): return .string(Timestamp(milliseconds: values[row]).iso8601)
        }
    }
}

extension ColumnBuilder {
    /// Adds a JSON value: null is no value, whole numbers fit every numeric column, instants are ISO 8601 texts or
    /// milliseconds since 1970, and `"NaN"`, `"Infinity"`, `"-Infinity"` are numbers in `double` and `float` columns.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - row: The row's number as the caller knows it, for the error.
    /// - Throws: `invalidArgument` that names column, row and what was found.
    public mutating func append(_ value: JSON, row: Int) throws {
        if appendIfFits(value) { return }
        let found =
            switch value {
            case .string(let text): "the text \"\(text.prefix(40))\(text.count > 40 ? "…" : "")\""
            case .int(let number): "\(number)"
            case .double(let number): "\(number)"
            case .bool(let truth): "\(truth)"
            case .null, .array, .object: value.kind
            }
        throw MartletError(
            .invalidArgument,
            "column '\(schema.name)', row \(row): found \(found)",
            hint: "the column takes \(Self.expectation(schema.type))"
        )
    }

    private mutating func appendIfFits(_ value: JSON) -> Bool {
        switch (schema.type, value) {
        case (_, .null):
            appendNull()
            return true
        case (.double, .double(let number)), (.float, .double(let number)):
            return append(number)
        case (.double, .int(let number)), (.float, .int(let number)), (.long, .int(let number)),
            (.integer, .int(let number)), (.datetime, .int(let number)):
            return append(number)
        case (.long, .double(let number)), (.integer, .double(let number)):
            return Int64(exactly: number).map { append($0) } ?? false
        case (.double, .string("NaN")), (.float, .string("NaN")): return append(Double.nan)
        case (.double, .string("Infinity")), (.float, .string("Infinity")): return append(Double.infinity)
        case (.double, .string("-Infinity")), (.float, .string("-Infinity")): return append(-Double.infinity)
        case (.boolean, .bool(let truth)): return append(truth)
        case (.string, .string(let text)): return append(text)
        case (.datetime, .string(let text)):
            return Timestamp(iso8601: text).map { append($0.milliseconds) } ?? false
        default: return false
        }
    }

    private static func expectation(_ type: ColumnType) -> String {
        switch type {
        case .double, .float: "a number or null"
        case .long: "a whole number of 64 bits or null"
        case .integer: "a whole number of 32 bits or null"
        case .boolean: "true, false or null"
        case .string: "a text or null"
        case .datetime: "an ISO 8601 time, milliseconds since 1970, or null"
        }
    }
}

extension ColumnType {
    /// The type that holds all the values: whole numbers `long`, with fractions among them `double`, nulls any.
    ///
    /// Only nulls make a `double` column. Nil when the values do not go together, such as a text among numbers.
    public static func inferred(from values: some Sequence<JSON>) -> ColumnType? {
        var found: ColumnType?
        for value in values {
            let type: ColumnType
            switch value {
            case .null: continue
            case .bool: type = .boolean
            case .int: type = .long
            case .double: type = .double
            case .string: type = .string
            case .array, .object: return nil
            }
            switch (found, type) {
            case (nil, _): found = type
            case (.long?, .double), (.double?, .long): found = .double
            default: if found != type { return nil }
            }
        }
        return found ?? .double
    }
}
