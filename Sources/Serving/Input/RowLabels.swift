import Basics
import Workers

/// What a request tells of its rows besides the model's inputs: the caller's name of each, and when its fact happens.
struct RowLabels: Sendable {
    let keys: [String?]
    let times: [Timestamp]

    /// A name is for finding a row again, not for keeping documents.
    private static let keyLimit = 256

    /// Takes the deployment's columns out of the rows; a column that the model wants too stays.
    ///
    /// - Parameters:
    ///   - raw: The rows.
    ///   - spec: Names the columns.
    ///   - schema: The model's columns.
    ///   - header: `X-Correlation-Id`, for all rows, where no column says otherwise.
    ///   - now: The time of rows that tell none.
    init(_ raw: inout RawTable, spec: DeploymentSpec, schema: InputSchema, header: String?, now: Timestamp) throws {
        var problems = InputProblems()
        let header = try Self.checked(header)
        var keys = [String?](repeating: header, count: raw.rowCount)
        var times = [Timestamp](repeating: now, count: raw.rowCount)
        if let column = spec.key.flatMap({ Self.take($0, &raw, schema) }) {
            for (row, value) in column.values.enumerated() {
                switch value {
                case .string(let text) where text.utf8.count <= Self.keyLimit: keys[row] = text.isEmpty ? header : text
                case .int(let number): keys[row] = String(number)
                case .null: break
                case .string, .bool, .double, .array, .object:
                    problems.add(
                        "column '\(column.name)', row \(row): a key is a text of at most \(Self.keyLimit) bytes or a whole number"
                    )
                }
            }
        }
        if let column = spec.time.flatMap({ Self.take($0, &raw, schema) }) {
            for (row, value) in column.values.enumerated() {
                switch value {
                case .null: break
                case .int(let milliseconds): times[row] = Timestamp(milliseconds: milliseconds)
                case .string(let text):
                    if let time = Timestamp(iso8601: text) { times[row] = time } else { fallthrough }
                case .bool, .double, .array, .object:
                    problems.add(
                        "column '\(column.name)', row \(row): a time is ISO 8601 text or milliseconds since 1970"
                    )
                }
            }
        }
        try problems.throwIfAny(
            model: "the deployment",
            hint: "its key and time columns are declared in its specification"
        )
        self.keys = keys
        self.times = times
    }

    /// Labels of rows that have no columns.
    init(count: Int, header: String?, now: Timestamp) throws {
        keys = [String?](repeating: try Self.checked(header), count: count)
        times = [Timestamp](repeating: now, count: count)
    }

    private static func checked(_ header: String?) throws -> String? {
        guard let header, !header.isEmpty else { return nil }
        guard header.utf8.count <= keyLimit else {
            throw MartletError(.invalidArgument, "X-Correlation-Id is longer than \(keyLimit) bytes")
        }
        return header
    }

    private static func take(_ name: String, _ raw: inout RawTable, _ schema: InputSchema) -> RawTable.Column? {
        let isInput = schema.columns?.contains { $0.name == name } ?? false
        return isInput ? raw.column(name) : raw.remove(name)
    }
}
