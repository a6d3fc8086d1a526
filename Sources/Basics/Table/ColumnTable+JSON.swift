extension ColumnTable {
    /// The row as a JSON object, columns in order.
    public func record(_ row: Int) -> JSON {
        .object(JSONObject(columns.map { ($0.name, $0.json(row)) }))
    }

    /// The rows of `range` (all, when nil) as JSON objects: `[{"a": 1, "b": "x"}, …]`.
    public func records(_ range: Range<Int>? = nil) -> [JSON] {
        (range ?? 0..<rowCount).clamped(to: 0..<rowCount).map { record($0) }
    }

    /// The table as `{"columns": […], "data": [[…], …]}`: pandas' `split` orientation.
    public var split: JSON {
        let data = (0..<rowCount).map { row in JSON.array(columns.map { $0.json(row) }) }
        return ["columns": JSON(names), "data": .array(data)]
    }

    /// A table of JSON objects, one a row.
    ///
    /// With a schema, the table has its columns; a key that a row lacks is null. Without one, it has the keys of the
    /// rows in order of their first occurrence, and each column's type is inferred.
    ///
    /// - Parameters:
    ///   - records: Objects.
    ///   - schema: The columns, or nil to infer them.
    /// - Throws: `invalidArgument` that names the row and, where it is known, the column.
    public init(records: [JSON], schema: [ColumnSchema]? = nil) throws {
        let objects = try records.enumerated().map { row, record in
            guard let object = record.object else {
                throw MartletError(.invalidArgument, "row \(row) is \(record.kind)", hint: "each row is an object")
            }
            return object
        }
        if let schema {
            let known = Set(schema.map(\.name))
            for (row, object) in objects.enumerated() {
                for key in object.keys where !known.contains(key) {
                    throw MartletError(
                        .invalidArgument,
                        "row \(row) has a column '\(key)' that is not declared",
                        hint: Suggestion.hint(for: key, among: known)
                    )
                }
            }
        }
        try self.init(schema: schema ?? Self.inferred(objects)) { name, _ in
            objects.lazy.map { $0[name] ?? .null }
        }
    }

    /// A table of JSON arrays, one a row, whose values stand in the order of `columns`: pandas' `split` orientation.
    ///
    /// - Parameters:
    ///   - columns: The columns' names.
    ///   - rows: Arrays, each with one value a column.
    ///   - schema: The types by name; a column that it lacks is inferred.
    /// - Throws: `invalidArgument` that names the row and, where it is known, the column.
    public init(columns names: [String], rows: [JSON], schema: [ColumnSchema]? = nil) throws {
        let arrays = try rows.enumerated().map { row, value in
            guard let array = value.array, array.count == names.count else {
                let found = value.array.map { "\($0.count) values" } ?? value.kind
                throw MartletError(
                    .invalidArgument,
                    "row \(row) has \(found)",
                    hint: "each row is an array of \(names.count) values, one for each column"
                )
            }
            return array
        }
        let declared = Dictionary((schema ?? []).map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
        let columns = try names.enumerated().map { position, name in
            if let type = declared[name] { return ColumnSchema(name, type) }
            return ColumnSchema(name, try Self.infer(name, arrays.lazy.map { $0[position] }))
        }
        try self.init(schema: columns) { _, position in arrays.lazy.map { $0[position] } }
    }

    private init(
        schema: [ColumnSchema],
        _ values: (_ name: String, _ position: Int) -> some Collection<JSON>
    ) throws {
        self.init()
        for (position, column) in schema.enumerated() {
            let values = values(column.name, position)
            var builder = ColumnBuilder(column, capacity: values.count)
            for (row, value) in values.enumerated() { try builder.append(value, row: row) }
            try add(builder.column)
        }
    }

    private static func inferred(_ objects: [JSONObject]) throws -> [ColumnSchema] {
        var names: [String] = []
        var seen: Set<String> = []
        for object in objects {
            for key in object.keys where seen.insert(key).inserted { names.append(key) }
        }
        return try names.map { name in
            ColumnSchema(name, try infer(name, objects.lazy.map { $0[name] ?? .null }))
        }
    }

    private static func infer(_ name: String, _ values: some Sequence<JSON>) throws -> ColumnType {
        guard let type = ColumnType.inferred(from: values) else {
            throw MartletError(
                .invalidArgument,
                "column '\(name)' mixes kinds of values",
                hint: "a column holds numbers, truth values or texts, and nulls"
            )
        }
        return type
    }
}
