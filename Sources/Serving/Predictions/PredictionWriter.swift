import Basics
import Workers

/// Writes what a model answered as MLflow's scoring server does: one element a row.
///
/// JSON has no NaN and no infinities, and writing them bare, as Python does, breaks clients in other languages: they are
/// written as null and counted.
enum PredictionWriter {
    /// `{"predictions": […]}`, and how many numbers in it were not finite.
    static func mlflow(_ answer: ModelAnswer) -> (bytes: [UInt8], nonFinite: Int) {
        var writer = JSONWriter(
            nonFinite: .null,
            capacity: 32 + answer.rowCount * (answer.table.columns.count + 1) * 20
        )
        var bad = 0
        writer.raw("{\"predictions\":")
        switch answer.form {
        case .json(let value):
            bad = value.nonFiniteCount
            writer.write(value)
        case .vector: rows(answer, &writer) { writer, row in value(answer.table.columns[0], row, &writer, &bad) }
        case .matrix:
            rows(answer, &writer) { writer, row in
                writer.raw("[")
                for (position, column) in answer.table.columns.enumerated() {
                    if position > 0 { writer.raw(",") }
                    value(column, row, &writer, &bad)
                }
                writer.raw("]")
            }
        case .frame:
            rows(answer, &writer) { writer, row in
                writer.raw("{")
                for (position, column) in answer.table.columns.enumerated() {
                    if position > 0 { writer.raw(",") }
                    writer.write(column.name)
                    writer.raw(":")
                    value(column, row, &writer, &bad)
                }
                writer.raw("}")
            }
        }
        writer.raw("}")
        return (writer.bytes, bad)
    }

    private static func rows(_ answer: ModelAnswer, _ writer: inout JSONWriter, _ body: (inout JSONWriter, Int) -> Void)
    {
        writer.raw("[")
        for row in 0..<answer.rowCount {
            if row > 0 { writer.raw(",") }
            body(&writer, row)
        }
        writer.raw("]")
    }

    static func value(_ column: TableColumn, _ row: Int, _ writer: inout JSONWriter, _ bad: inout Int) {
        switch column.values {
        case .double(let values): number(values[row], &writer, &bad)
        case .float(let values): number(Double(values[row]), &writer, &bad)
        case .long(let values), .datetime(let values): writer.write(values[row])
        case .integer(let values): writer.write(Int64(values[row]))
        case .boolean(let values): writer.raw(values[row] ? "true" : "false")
        case .string(let values): writer.write(values[row])
        }
    }

    private static func number(_ value: Double, _ writer: inout JSONWriter, _ bad: inout Int) {
        if !value.isFinite { bad += 1 }
        writer.write(value)
    }
}

extension JSON {
    /// How many numbers in it are NaN or infinite.
    var nonFiniteCount: Int {
        switch self {
        case .double(let value): value.isFinite ? 0 : 1
        case .array(let elements): elements.reduce(0) { $0 + $1.nonFiniteCount }
        case .object(let object): object.values.reduce(0) { $0 + $1.nonFiniteCount }
        case .null, .bool, .int, .string: 0
        }
    }
}
