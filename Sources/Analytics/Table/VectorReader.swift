internal import Basics
internal import CDuckDB

/// Copies one column's vectors.
struct VectorReader {
    var name: String
    private let kind: VectorKind
    private var values: ColumnValues
    private var validity = Validity(allValid: 0)

    init(_ result: inout martlet_duckdb_result, _ index: UInt64, api: martlet_duckdb_api) throws {
        name = api.column_name(&result, index).map { String(cString: $0) } ?? "column\(index)"
        kind = try VectorKind(&result, index, name: name, api: api)
        values = ColumnValues(kind.type)
    }

    var column: TableColumn { TableColumn(name, values, validity: validity) }

    mutating func begin() {
        values = ColumnValues(kind.type)
        validity = Validity(allValid: 0)
    }

    /// Adds the rows of a vector.
    ///
    /// - Throws: `invalidArgument` for a whole number of more than 64 bits.
    mutating func append(data: UnsafeMutableRawPointer?, validity words: UnsafePointer<UInt64>?, _ rows: Int) throws {
        guard let data, rows > 0 else { return }
        let start = validity.count
        validity.append(words: words, count: rows)
        // What stands in the place of a null is not defined, so nulls are asked for before a value is looked at.
        let isValid = { (row: Int) in words.map { $0[row >> 6] & (1 << UInt64(row & 63)) != 0 } ?? true }
        switch values {
        case .double(var array):
            values = .double([])
            switch kind {
            case .double: Self.copy(data, rows, isValid, words == nil, 0, &array)
            case .decimal(let scale, let width): Self.decimals(data, rows, isValid, scale, width, &array)
            default: break
            }
            values = .double(array)
        case .float(var array):
            values = .float([])
            Self.copy(data, rows, isValid, words == nil, 0, &array)
            values = .float(array)
        case .integer(var array):
            values = .integer([])
            switch kind {
            case .int8: Self.map(data, Int8.self, rows, isValid, 0, &array) { Int32($0) }
            case .int16: Self.map(data, Int16.self, rows, isValid, 0, &array) { Int32($0) }
            case .uint8: Self.map(data, UInt8.self, rows, isValid, 0, &array) { Int32($0) }
            case .uint16: Self.map(data, UInt16.self, rows, isValid, 0, &array) { Int32($0) }
            default: Self.copy(data, rows, isValid, words == nil, 0, &array)
            }
            values = .integer(array)
        case .long(var array):
            values = .long([])
            switch kind {
            case .uint32: Self.map(data, UInt32.self, rows, isValid, 0, &array) { Int64($0) }
            case .uint64: try wide(data, UInt64.self, rows, isValid, start, &array) { Int64(exactly: $0) }
            case .hugeint:
                try wide(data, martlet_duckdb_hugeint.self, rows, isValid, start, &array) { value in
                    let small = Int64(bitPattern: value.lower)
                    return value.upper == (small < 0 ? -1 : 0) ? small : nil
                }
            default: Self.copy(data, rows, isValid, words == nil, 0, &array)
            }
            values = .long(array)
        case .boolean(var array):
            values = .boolean([])
            Self.map(data, UInt8.self, rows, isValid, false, &array) { $0 != 0 }
            values = .boolean(array)
        case .datetime(var array):
            values = .datetime([])
            switch kind {
            case .date: Self.map(data, Int32.self, rows, isValid, 0, &array) { Int64($0) * 86_400_000 }
            case .instant(let multiply, let divide):
                Self.map(data, Int64.self, rows, isValid, 0, &array) { value in
                    divide > 1
                        ? Self.floorDivide(value, divide) : value.multipliedReportingOverflow(by: multiply).partialValue
                }
            default: break
            }
            values = .datetime(array)
        case .string(var array):
            values = .string([])
            texts(data, rows, isValid, &array)
            values = .string(array)
        }
    }

    private func texts(_ data: UnsafeMutableRawPointer, _ rows: Int, _ isValid: (Int) -> Bool, _ array: inout [String])
    {
        switch kind {
        case .enumeration(let names, let width):
            array.reserveCapacity(array.count + rows)
            for row in 0..<rows {
                guard isValid(row) else {
                    array.append("")
                    continue
                }
                let code =
                    switch width {
                    case 1: Int(data.load(fromByteOffset: row, as: UInt8.self))
                    case 2: Int(data.load(fromByteOffset: row * 2, as: UInt16.self))
                    default: Int(data.load(fromByteOffset: row * 4, as: UInt32.self))
                    }
                array.append(names.indices.contains(code) ? names[code] : "")
            }
        case .uuid:
            Self.map(data, martlet_duckdb_hugeint.self, rows, isValid, "", &array) { DuckDBText.uuid($0) }
        case .time:
            Self.map(data, Int64.self, rows, isValid, "", &array) { DuckDBText.time(micros: $0) }
        default:
            array.reserveCapacity(array.count + rows)
            let entries = data.assumingMemoryBound(to: martlet_duckdb_string.self)
            for row in 0..<rows { array.append(isValid(row) ? DuckDBText.string(entries + row) : "") }
        }
    }

    private func wide<Source>(
        _ data: UnsafeMutableRawPointer,
        _: Source.Type,
        _ rows: Int,
        _ isValid: (Int) -> Bool,
        _ start: Int,
        _ array: inout [Int64],
        _ convert: (Source) -> Int64?
    ) throws {
        let source = data.assumingMemoryBound(to: Source.self)
        array.reserveCapacity(array.count + rows)
        for row in 0..<rows {
            guard isValid(row) else {
                array.append(0)
                continue
            }
            guard let value = convert(source[row]) else {
                throw MartletError(
                    .invalidArgument,
                    "column '\(name)', row \(start + row): the whole number has more than 64 bits",
                    hint: "select it as CAST(\(SQLText.identifier(name)) AS DOUBLE) or AS VARCHAR"
                )
            }
            array.append(value)
        }
    }

    private static func copy<Value>(
        _ data: UnsafeMutableRawPointer,
        _ rows: Int,
        _ isValid: (Int) -> Bool,
        _ isAllValid: Bool,
        _ null: Value,
        _ array: inout [Value]
    ) {
        let start = array.count
        array.append(contentsOf: UnsafeBufferPointer(start: data.assumingMemoryBound(to: Value.self), count: rows))
        if isAllValid { return }
        for row in 0..<rows where !isValid(row) { array[start + row] = null }
    }

    private static func map<Source, Value>(
        _ data: UnsafeMutableRawPointer,
        _: Source.Type,
        _ rows: Int,
        _ isValid: (Int) -> Bool,
        _ null: Value,
        _ array: inout [Value],
        _ convert: (Source) -> Value
    ) {
        let source = data.assumingMemoryBound(to: Source.self)
        array.reserveCapacity(array.count + rows)
        for row in 0..<rows { array.append(isValid(row) ? convert(source[row]) : null) }
    }

    private static func decimals(
        _ data: UnsafeMutableRawPointer,
        _ rows: Int,
        _ isValid: (Int) -> Bool,
        _ scale: Int,
        _ width: Int,
        _ array: inout [Double]
    ) {
        var divisor = 1.0
        for _ in 0..<scale { divisor *= 10 }
        switch width {
        case 2: map(data, Int16.self, rows, isValid, 0, &array) { Double($0) / divisor }
        case 4: map(data, Int32.self, rows, isValid, 0, &array) { Double($0) / divisor }
        case 8: map(data, Int64.self, rows, isValid, 0, &array) { Double($0) / divisor }
        default:
            map(data, martlet_duckdb_hugeint.self, rows, isValid, 0, &array) { value in
                (Double(value.upper) * 0x1p64 + Double(value.lower)) / divisor
            }
        }
    }

    /// Division that rounds down, so that an instant before 1970 keeps its order.
    private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
        let quotient = value / by
        return value % by < 0 ? quotient - 1 : quotient
    }
}
