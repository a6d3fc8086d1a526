public import Basics

/// A rule that a version breaks, with where it does.
public struct CheckFailure: Sendable, Hashable {
    /// The column; nil for rules about all rows.
    public var column: String?
    /// Which rule: `type`, `min`, `max`, `nulls`, `values`, `unique`, `pattern`, `rows`, `missing`, `personal_data`,
    /// `schema.new`, `schema.missing`, `schema.changed`.
    public var check: String
    /// What was found and what would be right, about the column where there is one: "3 of 1000 rows are below 1".
    public var message: String
    /// How many rows break it.
    public var count: Int64
    /// Some of these rows, by their number in the new data, from 1, the header not counted.
    public var rows: [Int64]
    /// Some of their values; never those that look like personal data.
    public var values: [String]

    /// A failure.
    public init(
        _ check: String,
        column: String? = nil,
        _ message: String,
        count: Int64,
        rows: [Int64] = [],
        values: [String] = []
    ) {
        self.column = column
        self.check = check
        self.message = message
        self.count = count
        self.rows = rows
        self.values = values
    }

    /// The message with the column that it is about: "column 'distance': 3 of 1000 rows are below 1".
    public var sentence: String { column.map { "column '\($0)': \(message)" } ?? message }

    /// The failure as it is stored and shown.
    public var json: JSON {
        [
            "column": JSON(column), "check": .string(check), "message": .string(message), "count": .int(count),
            "rows": .array(rows.map { .int($0) }), "values": JSON(values),
        ]
    }

    init(json: JSON) {
        self.init(
            json["check"]?.string ?? "",
            column: json["column"]?.string,
            json["message"]?.string ?? "",
            count: json["count"]?.int ?? 0,
            rows: json["rows"]?.array?.compactMap(\.int) ?? [],
            values: json["values"]?.array?.compactMap(\.string) ?? []
        )
    }
}
