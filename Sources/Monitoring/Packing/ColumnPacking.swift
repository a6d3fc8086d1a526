import Basics

/// Columns of a request as bytes: the values only; names and types stand once in the layout.
enum ColumnPacking {
    static func write(_ table: ColumnTable, to writer: inout PackedWriter) {
        for column in table.columns {
            let hasNulls = column.nullCount > 0
            writer.byte(hasNulls ? 1 : 0)
            if hasNulls {
                for row in 0..<column.count { writer.byte(column.isNull(row) ? 1 : 0) }
            }
            switch column.values {
            case .double(let values): for value in values { writer.double(value) }
            case .float(let values): for value in values { writer.number(UInt64(value.bitPattern)) }
            case .long(let values), .datetime(let values): for value in values { writer.signed(value) }
            case .integer(let values): for value in values { writer.signed(Int64(value)) }
            case .boolean(let values): for value in values { writer.byte(value ? 1 : 0) }
            case .string(let values): for value in values { writer.text(value) }
            }
        }
    }

    static func read(_ schema: [ColumnSchema], rows: Int, from reader: inout PackedReader) throws -> ColumnTable {
        try ColumnTable(
            schema.map { column in
                let hasNulls = try reader.byte() == 1
                let isNull = try hasNulls ? (0..<rows).map { _ in try reader.byte() == 1 } : []
                let values = try Self.values(column.type, rows, &reader)
                var validity = Validity(allValid: hasNulls ? 0 : rows)
                for null in isNull { validity.append(!null) }
                return TableColumn(column.name, values, validity: validity)
            }
        )
    }

    private static func values(_ type: ColumnType, _ rows: Int, _ reader: inout PackedReader) throws -> ColumnValues {
        switch type {
        case .double: return .double(try (0..<rows).map { _ in try reader.double() })
        case .float:
            return .float(
                try (0..<rows).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: try reader.number())) }
            )
        case .long: return .long(try (0..<rows).map { _ in try reader.signed() })
        case .datetime: return .datetime(try (0..<rows).map { _ in try reader.signed() })
        case .integer: return .integer(try (0..<rows).map { _ in Int32(truncatingIfNeeded: try reader.signed()) })
        case .boolean: return .boolean(try (0..<rows).map { _ in try reader.byte() != 0 })
        case .string: return .string(try (0..<rows).map { _ in try reader.text() })
        }
    }
}
