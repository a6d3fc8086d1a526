import Basics

/// Rows as a client sent them, by column, before they are checked against a signature.
struct RawTable: Sendable {
    /// A column as it came.
    struct Column: Sendable {
        let name: String
        let values: [JSON]
        /// From CSV: every value is text, and an empty one is none.
        var isText = false
    }

    private(set) var columns: [Column] = []
    private(set) var rowCount = 0

    init(columns: [Column], rowCount: Int) throws {
        self.columns = columns
        self.rowCount = rowCount
        var seen: Set<String> = []
        if let twice = columns.first(where: { !seen.insert($0.name).inserted }) {
            throw MartletError(.invalidArgument, "column '\(twice.name.prefix(100))' occurs twice")
        }
    }

    /// Takes a column out; `nil` where there is none.
    mutating func remove(_ name: String) -> Column? {
        columns.firstIndex { $0.name == name }.map { columns.remove(at: $0) }
    }

    func column(_ name: String) -> Column? { columns.first { $0.name == name } }

    /// pandas' `split`: `{"columns": […], "data": [[…], …]}`, where `index` is allowed and ignored.
    init(split: JSON, names fallback: [String]?) throws {
        guard let object = split.object else {
            throw Self.wrong("dataframe_split", split, "an object with 'columns' and 'data'")
        }
        if let extra = object.keys.first(where: { !["columns", "data", "index"].contains($0) }) {
            throw MartletError(
                .invalidArgument,
                "'dataframe_split' has an unknown key '\(extra.prefix(100))'",
                hint: "'columns', 'data' and 'index'"
            )
        }
        guard let rows = object["data"]?.array else {
            throw MartletError(.invalidArgument, "'dataframe_split' has no list 'data'", hint: "a list of rows")
        }
        let names: [String]
        if let columns = object["columns"] {
            guard let list = columns.array else { throw Self.wrong("columns", columns, "a list of names") }
            names = try list.map { name in
                guard let name = name.string else { throw Self.wrong("columns", name, "a name") }
                return name
            }
        } else if let fallback {
            names = fallback
        } else {
            throw MartletError(.invalidArgument, "'dataframe_split' has no 'columns'", hint: "the names of the columns")
        }
        try self.init(rows: rows, names: names, place: "dataframe_split")
    }

    /// Rows as arrays, each with a value for every name.
    init(rows: [JSON], names: [String], place: String) throws {
        let arrays = try rows.enumerated().map { row, value in
            guard let array = value.array else {
                throw Self.wrong(place, row: row, value, "a list of values")
            }
            guard array.count == names.count else {
                throw MartletError(
                    .invalidArgument,
                    "'\(place)', row \(row) has \(array.count) values",
                    hint: "\(names.count), one for each column"
                )
            }
            return array
        }
        try self.init(
            columns: names.enumerated().map { position, name in
                Column(name: name, values: arrays.map { $0[position] })
            },
            rowCount: arrays.count
        )
    }

    /// pandas' `records`: `[{"a": 1}, …]`. A key that some rows lack is null there.
    init(records: [JSON], place: String) throws {
        var names: [String] = []
        var seen: Set<String> = []
        let objects = try records.enumerated().map { row, value in
            guard let object = value.object else { throw Self.wrong(place, row: row, value, "an object") }
            if row == 0 || object.count != names.count || object.keys != names {
                for key in object.keys where seen.insert(key).inserted { names.append(key) }
            }
            return object
        }
        try self.init(
            columns: names.map { name in Column(name: name, values: objects.map { $0[name] ?? .null }) },
            rowCount: objects.count
        )
    }

    /// Columns by name: `{"a": [1, 2], "b": ["x", "y"]}`. A single value counts as a list of one.
    init(columns object: JSONObject, place: String) throws {
        var columns: [Column] = []
        for (name, value) in object {
            let values: [JSON] =
                switch value {
                case .array(let values):
                    values.map { value in
                        // [[1], [2]] is how tensors of shape [-1, 1] are written.
                        if case .array(let inner) = value, inner.count == 1 { inner[0] } else { value }
                    }
                case .null, .bool, .int, .double, .string, .object: [value]
                }
            columns.append(Column(name: name, values: values))
        }
        let count = columns.first?.values.count ?? 0
        if let odd = columns.first(where: { $0.values.count != count }) {
            throw MartletError(
                .invalidArgument,
                "'\(place)': column '\(odd.name.prefix(100))' has \(odd.values.count) rows, the others have \(count)",
                hint: "the same number of rows in each"
            )
        }
        try self.init(columns: columns, rowCount: count)
    }

    private static func wrong(_ place: String, row: Int, _ found: JSON, _ right: String) -> MartletError {
        MartletError(.invalidArgument, "'\(place)', row \(row) is \(found.kind)", hint: right)
    }

    static func wrong(_ place: String, _ found: JSON, _ right: String) -> MartletError {
        MartletError(.invalidArgument, "'\(place)' is \(found.kind)", hint: right)
    }
}
