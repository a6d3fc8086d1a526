import Basics
import Workers

/// What a model takes, as its signature says, and the check of what a client sent against it.
///
/// Types are MLflow's. A whole number may stand where a number is declared. Null may stand only in a column that is not
/// required, and not in one of whole numbers or truth values, whose arrays have no place for it. A missing column that is
/// not required is filled with nulls, so that one row is treated as it would be among others that have the column.
/// All mistakes of a request are told at once.
struct InputSchema: Sendable {
    typealias Column = ModelDescription.Column

    /// What the model is.
    let description: ModelDescription
    /// The signature's columns; `nil` where MLflow's own parser reads the requests.
    var columns: [Column]? { description.columns }
    /// Whether the model has a signature at all.
    let hasSignature: Bool

    init(_ description: ModelDescription) {
        self.description = description
        hasSignature = description.signature["inputs"].map { !$0.isNull } ?? false
    }

    /// The model's columns from a request.
    ///
    /// - Parameters:
    ///   - raw: What came, without the deployment's own columns.
    ///   - model: The model's address, for the message.
    /// - Throws: `invalidArgument` with all mistakes.
    func table(_ raw: RawTable, model: String) throws -> ColumnTable {
        guard let columns else { return try inferred(raw) }
        var problems = InputProblems()
        let known = columns.map(\.name)
        for column in raw.columns where !known.contains(column.name) {
            let near = Suggestion.nearest(to: column.name, among: known).map { " (did you mean '\($0)'?)" } ?? ""
            problems.add("column '\(column.name.prefix(100))' is not an input of the model\(near)")
        }
        var table = ColumnTable()
        for column in columns {
            guard let found = raw.column(column.name) else {
                if column.isRequired {
                    problems.add("column '\(column.name)' is missing (\(column.type.rawValue))")
                } else if column.type.holdsNulls {
                    try table.add(TableColumn(nulls: ColumnSchema(column.name, column.type), count: raw.rowCount))
                }
                continue
            }
            let converted = Self.convert(found, to: column, &problems)
            if problems.isEmpty { try table.add(converted) }
        }
        if raw.rowCount == 0, problems.isEmpty { problems.add("there are no rows") }
        try problems.throwIfAny(model: model, hint: "the inputs are \(Self.list(columns))")
        return table
    }

    /// The model's columns from a table that has them among others, with types brought to the signature's.
    func table(fitting table: ColumnTable) throws -> ColumnTable {
        guard let columns else { return table }
        var problems = InputProblems()
        var result = ColumnTable()
        for column in columns {
            guard let found = table[column.name] else {
                if column.isRequired {
                    problems.add("column '\(column.name)' is missing (\(column.type.rawValue))")
                } else if column.type.holdsNulls {
                    try result.add(TableColumn(nulls: ColumnSchema(column.name, column.type), count: table.rowCount))
                }
                continue
            }
            guard let fitting = found.widened(to: column.type) else {
                problems.add(
                    "column '\(column.name)' is \(found.type.rawValue), the model takes \(column.type.rawValue)"
                )
                continue
            }
            if found.nullCount > 0, column.isRequired || !column.type.holdsNulls {
                problems.add("column '\(column.name)' has \(found.nullCount) nulls; the model takes none there")
            }
            try result.add(fitting)
        }
        try problems.throwIfAny(model: "the model", hint: "the inputs are \(Self.list(columns))")
        return result
    }

    /// Columns whose types are taken from the values, for a model without a signature.
    private func inferred(_ raw: RawTable) throws -> ColumnTable {
        var table = ColumnTable()
        for column in raw.columns {
            let values = column.isText ? column.values.map(Self.plain) : column.values
            guard let type = ColumnType.inferred(from: values) else {
                throw MartletError(.invalidArgument, "column '\(column.name.prefix(100))' mixes kinds of values")
            }
            var builder = ColumnBuilder(ColumnSchema(column.name, type), capacity: raw.rowCount)
            for (row, value) in values.enumerated() { try builder.append(value, row: row) }
            try table.add(builder.column)
        }
        return table
    }

    private static func convert(_ found: RawTable.Column, to column: Column, _ problems: inout InputProblems)
        -> TableColumn
    {
        var builder = ColumnBuilder(ColumnSchema(column.name, column.type), capacity: found.values.count)
        var bad = 0
        var first: String?
        for (row, value) in found.values.enumerated() {
            let value = found.isText ? Self.typed(value, column.type) : value
            if value.isMissing {
                if column.isRequired {
                    bad += 1
                    first = first ?? "row \(row): null, where the model needs a value"
                } else if !column.type.holdsNulls {
                    bad += 1
                    first = first ?? "row \(row): null, which a column of type \(column.type.rawValue) cannot hold"
                }
                builder.appendNull()
                continue
            }
            do {
                try builder.append(value, row: row)
            } catch {
                bad += 1
                let problem = MartletError(wrapping: error)
                let text = problem.message.drop(prefix: "column '\(column.name)', ")
                first = first ?? "\(text), the column takes \(column.type.words)"
                builder.appendNull()
            }
        }
        if let first {
            problems.add("column '\(column.name)', \(first)" + (bad > 1 ? " (\(bad) rows are so)" : ""))
        }
        return builder.column
    }

    /// A text of a CSV file as what the column takes; itself where it does not fit, so that the message shows it.
    private static func typed(_ value: JSON, _ type: ColumnType) -> JSON {
        guard let text = value.string else { return value }
        if text.isEmpty { return .null }
        switch type {
        case .string: return value
        case .datetime: return Int64(text).map { .int($0) } ?? value
        case .boolean:
            switch text {
            case "true", "True", "TRUE": return .bool(true)
            case "false", "False", "FALSE": return .bool(false)
            default: return value
            }
        case .double, .float, .long, .integer:
            if let whole = Int64(text) { return .int(whole) }
            return Double(text).map { .double($0) } ?? value
        }
    }

    private static func plain(_ value: JSON) -> JSON {
        guard let text = value.string else { return value }
        if text.isEmpty { return .null }
        if let whole = Int64(text) { return .int(whole) }
        return Double(text).map { .double($0) } ?? value
    }

    private static func list(_ columns: [Column]) -> String {
        let shown = columns.prefix(30).map { "\($0.name): \($0.type.rawValue)\($0.isRequired ? "" : "?")" }
        return shown.joined(separator: ", ") + (columns.count > 30 ? " and \(columns.count - 30) more" : "")
    }
}

extension JSON {
    /// Null, or NaN, which is how pandas writes null.
    var isMissing: Bool {
        switch self {
        case .null: true
        case .double(let number): number.isNaN
        case .string, .bool, .int, .array, .object: false
        }
    }
}

extension ColumnType {
    /// Whether an array of the type has a place for a missing value.
    var holdsNulls: Bool {
        switch self {
        case .double, .float, .string, .datetime: true
        case .long, .integer, .boolean: false
        }
    }

    /// What a value must be, in words.
    var words: String {
        switch self {
        case .double, .float: "numbers"
        case .long: "whole numbers of 64 bits"
        case .integer: "whole numbers of 32 bits"
        case .boolean: "true or false"
        case .string: "texts"
        case .datetime: "ISO 8601 times or milliseconds since 1970"
        }
    }
}

extension String {
    fileprivate func drop(prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}

extension TableColumn {
    /// The column as another type, where every value fits it exactly; `nil` otherwise.
    func widened(to type: ColumnType) -> TableColumn? {
        if type == self.type { return self }
        var builder = ColumnBuilder(ColumnSchema(name, type), capacity: count)
        for row in 0..<count {
            if isNull(row) {
                builder.appendNull()
                continue
            }
            let fits: Bool =
                switch (self.type, type) {
                case (.long, .double), (.integer, .double), (.boolean, .double), (.float, .double), (.double, .float),
                    (.long, .float), (.integer, .float):
                    double(row).map { builder.append($0) } ?? false
                case (.integer, .long), (.double, .long), (.float, .long), (.long, .integer), (.double, .integer),
                    (.float, .integer), (.boolean, .long), (.boolean, .integer):
                    long(row).map { builder.append($0) } ?? false
                case (.datetime, .long), (.long, .datetime):
                    long(row).map { builder.append($0) } ?? false
                case (.string, .datetime):
                    text(row).flatMap { Timestamp(iso8601: $0) }.map { builder.append($0.milliseconds) } ?? false
                default: false
                }
            if !fits { return nil }
        }
        return builder.column
    }
}
