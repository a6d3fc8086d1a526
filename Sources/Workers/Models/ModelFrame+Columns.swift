import Basics
import NIOCore

extension ModelFrame {
    /// A request that gives the model rows.
    ///
    /// Every column starts at a multiple of eight bytes. A null is NaN in a column of floating-point numbers, the smallest
    /// number in one of times, `null` in one of texts; a column of whole numbers or truth values that has nulls goes as
    /// floating-point numbers or as JSON, which is what pandas makes of such a column.
    init(predict table: ColumnTable, params: JSON?) {
        var payload = ByteBufferAllocator().buffer(capacity: 64 + table.rowCount * table.columns.count * 8)
        var columns: [JSON] = []
        columns.reserveCapacity(table.columns.count)
        for column in table.columns {
            let offset = payload.writerIndex
            let type = Self.write(column, into: &payload)
            columns.append([
                "name": .string(column.name), "type": .string(type), "offset": JSON(offset),
                "length": JSON(payload.writerIndex - offset),
            ])
            let padding = (8 - payload.writerIndex & 7) & 7
            payload.writeRepeatingByte(0, count: padding)
        }
        var header: JSON = ["op": "predict", "rows": JSON(table.rowCount), "columns": .array(columns)]
        if let params { header["params"] = params }
        self.init(header: header, payload: payload)
    }

    private static func write(_ column: TableColumn, into payload: inout ByteBuffer) -> String {
        switch column.values {
        case .double:
            writeRaw(column.doubles ?? [], into: &payload)
        case .float(var values):
            if column.nullCount > 0 { for row in values.indices where column.isNull(row) { values[row] = .nan } }
            writeRaw(values, into: &payload)
        case .long(let values):
            if column.nullCount > 0 { return writeAsDoubles(column, into: &payload) }
            writeRaw(values, into: &payload)
        case .integer(let values):
            if column.nullCount > 0 { return writeAsDoubles(column, into: &payload) }
            writeRaw(values, into: &payload)
        case .boolean(let values):
            if column.nullCount > 0 { return writeAsJSON(column, "json", into: &payload) }
            payload.writeBytes(values.map { $0 ? 1 : 0 })
        case .datetime(var values):
            if column.nullCount > 0 { for row in values.indices where column.isNull(row) { values[row] = .min } }
            writeRaw(values, into: &payload)
        case .string:
            return writeAsJSON(column, "string", into: &payload)
        }
        return column.type.rawValue
    }

    private static func writeRaw<Value: BitwiseCopyable>(_ values: [Value], into payload: inout ByteBuffer) {
        values.withUnsafeBytes { _ = payload.writeBytes($0) }
    }

    private static func writeAsDoubles(_ column: TableColumn, into payload: inout ByteBuffer) -> String {
        writeRaw(column.doubles ?? [], into: &payload)
        return "double"
    }

    private static func writeAsJSON(_ column: TableColumn, _ type: String, into payload: inout ByteBuffer) -> String {
        var writer = JSONWriter(capacity: column.count * 8)
        writer.raw("[")
        for row in 0..<column.count {
            if row > 0 { writer.raw(",") }
            if case .string(let values) = column.values, !column.isNull(row) {
                writer.write(values[row])
            } else {
                writer.write(column.json(row))
            }
        }
        writer.raw("]")
        payload.writeBytes(writer.bytes)
        return type
    }
}
