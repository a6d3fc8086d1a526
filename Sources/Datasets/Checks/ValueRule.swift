internal import Analytics
internal import Basics

/// One rule about the values of a column, as the condition of the rows that break it.
struct ValueRule {
    let check: String
    let column: String
    /// True for the rows that break the rule.
    let condition: String
    /// How many rows may break it.
    var allowed: Int64 = 0
    /// Whether a row must be compared with the others.
    var needsAllRows = false
    /// What is wrong with such rows: "are below 1".
    let what: String
    private var rowsSQL: String?

    /// The numbers and values of the rows that break the rule.
    var rowsQuery: String {
        let name = SQLText.identifier(column)
        return rowsSQL
            ?? "SELECT \(CheckRunner.rowNumber), CAST(\(name) AS VARCHAR) FROM numbered WHERE \(condition)"
    }

    func sentence(_ count: Int64, of rows: Int64) -> String { "\(count) of \(rows) rows \(what)" }

    /// The rules of a check, for a column as it was found.
    static func rules(_ check: ColumnCheck, _ column: DatasetColumn, rows: Int64, hasEarlier: Bool) -> [ValueRule] {
        let name = SQLText.identifier(check.column)
        let floating = column.type == .double || column.type == .float
        // A NaN is how many tools write that there is no value.
        let isNull = floating ? "(\(name) IS NULL OR isnan(\(name)))" : "\(name) IS NULL"
        func rule(_ kind: String, _ condition: String, _ what: String) -> ValueRule {
            ValueRule(check: kind, column: check.column, condition: condition, what: what)
        }
        var rules: [ValueRule] = []
        if let type = check.type, let condition = mismatch(type, column, name, isNull) {
            rules.append(rule("type", condition, "are \(column.typeName) and not \(type.rawValue)"))
        }
        let number = floating ? name : "TRY_CAST(\(name) AS DOUBLE)"
        if let min = check.min {
            rules.append(rule("min", "\(number) < \(SQLText.number(min)) AND NOT \(isNull)", "are below \(text(min))"))
        }
        if let max = check.max {
            rules.append(rule("max", "\(number) > \(SQLText.number(max)) AND NOT \(isNull)", "are above \(text(max))"))
        }
        if let share = check.nulls {
            var nulls = rule("nulls", isNull, "have no value, at most \(text(share * 100)) % may")
            nulls.allowed = Int64((share * Double(rows)).rounded(.down))
            rules.append(nulls)
        }
        if let values = check.values {
            let shown = values.prefix(10).joined(separator: ", ") + (values.count > 10 ? ", …" : "")
            rules.append(rule("values", "NOT \(isNull) AND \(notAmong(values, column, name))", "are none of \(shown)"))
        }
        if let pattern = check.pattern {
            let condition =
                "\(name) IS NOT NULL AND NOT regexp_full_match(CAST(\(name) AS VARCHAR), \(SQLText.literal(pattern)))"
            rules.append(rule("pattern", condition, "do not match \(pattern)"))
        }
        if check.unique {
            var unique = rule("unique", "", hasEarlier ? "repeat a value of this or an earlier part" : "repeat a value")
            unique.needsAllRows = true
            let earlier =
                hasEarlier
                ? " OR CAST(\(name) AS VARCHAR) IN (SELECT CAST(\(name) AS VARCHAR) FROM earlier WHERE \(name) IS NOT NULL)"
                : ""
            unique.rowsSQL = """
                SELECT \(CheckRunner.rowNumber), CAST(\(name) AS VARCHAR) FROM (
                    SELECT *, row_number() OVER (PARTITION BY \(name) ORDER BY \(CheckRunner.rowNumber)) AS "martlet:nth"
                    FROM numbered WHERE \(name) IS NOT NULL)
                WHERE "martlet:nth" > 1\(earlier)
                """
            rules.append(unique)
        }
        return rules
    }

    /// The condition of values that are not of a type; nil where the column's own type says that all are.
    private static func mismatch(_ type: ColumnType, _ column: DatasetColumn, _ name: String, _ isNull: String)
        -> String?
    {
        guard let found = column.type else { return "true" }
        if type.accepts(found) { return nil }
        switch (type, found) {
        case (.integer, .long): return "\(name) IS NOT NULL AND TRY_CAST(\(name) AS INTEGER) IS NULL"
        // Whole numbers with gaps come as floating point from many tools.
        case (.long, .double), (.long, .float), (.integer, .double), (.integer, .float):
            return "NOT \(isNull) AND (\(name) <> trunc(\(name)) OR TRY_CAST(\(name) AS \(type.sqlName)) IS NULL)"
        case (_, .string): return "\(name) IS NOT NULL AND TRY_CAST(\(name) AS \(type.sqlName)) IS NULL"
        default: return "NOT \(isNull)"
        }
    }

    private static func notAmong(_ values: [String], _ column: DatasetColumn, _ name: String) -> String {
        let numbers = values.compactMap { Double($0) }
        if column.type?.isNumeric == true, numbers.count == values.count {
            return "\(name) NOT IN (\(numbers.map(SQLText.number).joined(separator: ", ")))"
        }
        let texts = values.map(SQLText.literal).joined(separator: ", ")
        if column.type == .boolean {
            // `[0, 1]` are truth values, too.
            return
                "CAST(\(name) AS VARCHAR) NOT IN (\(texts)) AND CAST(CAST(\(name) AS INTEGER) AS VARCHAR) NOT IN (\(texts))"
        }
        return "CAST(\(name) AS VARCHAR) NOT IN (\(texts.isEmpty ? "NULL" : texts))"
    }

    /// A number as people write it: `1`, not `1.0`.
    static func text(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? String(value)
    }
}
