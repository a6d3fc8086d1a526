internal import Basics

extension ColumnType {
    /// The column type that holds the values of a type of DuckDB; nil for nested values and bytes.
    init?(sql name: String) {
        let head = name.prefix { $0 != "(" && $0 != "[" }
        // `INTEGER[]` and `STRUCT(…)` are nested, `DECIMAL(9,2)` and `ENUM('a')` are not.
        if name.hasSuffix("]") { return nil }
        switch head.uppercased() {
        case "BOOLEAN": self = .boolean
        case "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "\"NULL\"", "NULL": self = .integer
        case "BIGINT", "UINTEGER", "UBIGINT", "HUGEINT", "UHUGEINT": self = .long
        case "FLOAT": self = .float
        case "DOUBLE", "DECIMAL": self = .double
        case "VARCHAR", "JSON", "UUID", "TIME", "ENUM": self = .string
        case "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
            self = .datetime
        default: return nil
        }
    }

    /// The type of DuckDB that CSV and JSON columns of this type are read as.
    var sqlName: String {
        switch self {
        case .double: "DOUBLE"
        case .float: "FLOAT"
        case .long: "BIGINT"
        case .integer: "INTEGER"
        case .boolean: "BOOLEAN"
        case .string: "VARCHAR"
        case .datetime: "TIMESTAMP"
        }
    }

    /// Whether values of `found` are values of this type without any change: a whole number is a number.
    func accepts(_ found: ColumnType) -> Bool {
        switch self {
        case .double, .float: found.isNumeric
        case .long: found.isInteger
        case .integer, .boolean, .string, .datetime: found == self
        }
    }
}
