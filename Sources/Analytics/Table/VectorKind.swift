internal import Basics
internal import CDuckDB

/// How the values of a column lie in DuckDB's vectors, and the column type that holds them.
enum VectorKind {
    case boolean
    case int8, int16, int32, int64
    case uint8, uint16, uint32, uint64
    case hugeint
    case float, double
    case decimal(scale: Int, width: Int)
    case date
    /// Milliseconds are the stored number times `multiply`, or divided by `divide`.
    case instant(multiply: Int64, divide: Int64)
    case time
    case string
    case uuid
    case enumeration(names: [String], width: Int)

    /// The column type that holds the values.
    var type: ColumnType {
        switch self {
        case .boolean: .boolean
        case .int8, .int16, .int32, .uint8, .uint16: .integer
        case .int64, .uint32, .uint64, .hugeint: .long
        case .float: .float
        case .double, .decimal: .double
        case .date, .instant: .datetime
        case .time, .string, .uuid, .enumeration: .string
        }
    }

    init(_ result: inout martlet_duckdb_result, _ index: UInt64, name: String, api: martlet_duckdb_api) throws {
        let number = api.column_type(&result, index)
        switch UInt32(bitPattern: number) {
        case MARTLET_DUCKDB_BOOLEAN.rawValue: self = .boolean
        case MARTLET_DUCKDB_TINYINT.rawValue: self = .int8
        case MARTLET_DUCKDB_SMALLINT.rawValue: self = .int16
        case MARTLET_DUCKDB_INTEGER.rawValue: self = .int32
        // NULL without a type comes as 32-bit integers, none of them valid.
        case MARTLET_DUCKDB_SQLNULL.rawValue: self = .int32
        case MARTLET_DUCKDB_BIGINT.rawValue: self = .int64
        case MARTLET_DUCKDB_UTINYINT.rawValue: self = .uint8
        case MARTLET_DUCKDB_USMALLINT.rawValue: self = .uint16
        case MARTLET_DUCKDB_UINTEGER.rawValue: self = .uint32
        case MARTLET_DUCKDB_UBIGINT.rawValue: self = .uint64
        case MARTLET_DUCKDB_HUGEINT.rawValue: self = .hugeint
        case MARTLET_DUCKDB_FLOAT.rawValue: self = .float
        case MARTLET_DUCKDB_DOUBLE.rawValue: self = .double
        case MARTLET_DUCKDB_DATE.rawValue: self = .date
        case MARTLET_DUCKDB_TIMESTAMP.rawValue, MARTLET_DUCKDB_TIMESTAMP_TZ.rawValue:
            self = .instant(multiply: 1, divide: 1000)
        case MARTLET_DUCKDB_TIMESTAMP_S.rawValue: self = .instant(multiply: 1000, divide: 1)
        case MARTLET_DUCKDB_TIMESTAMP_MS.rawValue: self = .instant(multiply: 1, divide: 1)
        case MARTLET_DUCKDB_TIMESTAMP_NS.rawValue: self = .instant(multiply: 1, divide: 1_000_000)
        case MARTLET_DUCKDB_TIME.rawValue: self = .time
        case MARTLET_DUCKDB_VARCHAR.rawValue: self = .string
        case MARTLET_DUCKDB_UUID.rawValue: self = .uuid
        case MARTLET_DUCKDB_DECIMAL.rawValue:
            var logical = api.column_logical_type(&result, index)
            defer { api.destroy_logical_type(&logical) }
            self = .decimal(
                scale: Int(api.decimal_scale(logical)),
                width: Self.width(api.decimal_internal_type(logical))
            )
        case MARTLET_DUCKDB_ENUM.rawValue:
            var logical = api.column_logical_type(&result, index)
            defer { api.destroy_logical_type(&logical) }
            let names = (0..<UInt64(api.enum_dictionary_size(logical))).map { index in
                guard let text = api.enum_dictionary_value(logical, index) else { return "" }
                defer { api.free(text) }
                return String(cString: text)
            }
            self = .enumeration(names: names, width: Self.width(api.enum_internal_type(logical)))
        default:
            throw MartletError(
                .unimplemented,
                "column '\(name)' is of a type (\(DuckDBText.typeName(number))) that a table column does not hold",
                hint: "select it as CAST(\(SQLText.identifier(name)) AS VARCHAR), or take it apart in the query"
            )
        }
    }

    /// Bytes of a whole number type.
    private static func width(_ number: Int32) -> Int {
        switch UInt32(bitPattern: number) {
        case MARTLET_DUCKDB_UTINYINT.rawValue, MARTLET_DUCKDB_TINYINT.rawValue: 1
        case MARTLET_DUCKDB_USMALLINT.rawValue, MARTLET_DUCKDB_SMALLINT.rawValue: 2
        case MARTLET_DUCKDB_UINTEGER.rawValue, MARTLET_DUCKDB_INTEGER.rawValue: 4
        case MARTLET_DUCKDB_BIGINT.rawValue: 8
        default: 16
        }
    }
}
