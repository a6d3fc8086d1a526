public import Basics

/// A rule that data must keep, as declared under `checks`.
public enum DatasetCheck: Sendable, Hashable {
    /// What the values of a column may be.
    case column(ColumnCheck)
    /// How many rows there may be.
    case rows(min: Int64?, max: Int64?)
    /// No text that looks like personal data: an e-mail address, a phone number, an IBAN, a credit card number.
    case noPersonalData(except: [String])
    /// How the columns may differ from those of the version before; each is a failure unless allowed here.
    case schema(SchemaAllowance)
}

/// What the values of a column may be; a rule that is nil is not checked.
public struct ColumnCheck: Sendable, Hashable {
    /// The column's name.
    public var column: String
    /// What the values are.
    public var type: ColumnType?
    /// The smallest number.
    public var min: Double?
    /// The largest number.
    public var max: Double?
    /// The largest share of rows without a value, from 0 to 1; a NaN counts as none.
    public var nulls: Double?
    /// The only values, as texts.
    public var values: [String]?
    /// Whether no value may occur twice.
    public var unique: Bool
    /// A regular expression (RE2) that each whole value matches.
    public var pattern: String?

    /// A check of a column.
    public init(
        _ column: String,
        type: ColumnType? = nil,
        min: Double? = nil,
        max: Double? = nil,
        nulls: Double? = nil,
        values: [String]? = nil,
        unique: Bool = false,
        pattern: String? = nil
    ) {
        self.column = column
        self.type = type
        self.min = min
        self.max = max
        self.nulls = nulls
        self.values = values
        self.unique = unique
        self.pattern = pattern
    }
}

/// Which differences of columns from the version before are no failure.
public struct SchemaAllowance: Sendable, Hashable {
    /// Columns that were not there before.
    public var new: Bool
    /// Columns that are no longer there.
    public var missing: Bool
    /// Columns of another type than before.
    public var changed: Bool

    /// Nothing is allowed unless said so.
    public init(new: Bool = false, missing: Bool = false, changed: Bool = false) {
        self.new = new
        self.missing = missing
        self.changed = changed
    }
}

extension DatasetCheck {
    /// The check as it is stored and shown: the form in which it is declared.
    public var json: JSON {
        switch self {
        case .column(let check):
            var json: JSON = ["column": .string(check.column)]
            if let type = check.type { json["type"] = .string(type.rawValue) }
            if let min = check.min { json["min"] = .double(min) }
            if let max = check.max { json["max"] = .double(max) }
            if let nulls = check.nulls { json["nulls"] = .double(nulls) }
            if let values = check.values { json["values"] = JSON(values) }
            if check.unique { json["unique"] = true }
            if let pattern = check.pattern { json["pattern"] = .string(pattern) }
            return json
        case .rows(let min, let max):
            var rows: JSON = [:]
            if let min { rows["min"] = .int(min) }
            if let max { rows["max"] = .int(max) }
            return ["rows": rows]
        case .noPersonalData(let except):
            return except.isEmpty
                ? ["personal_data": "forbid"] : ["personal_data": "forbid", "except": JSON(except)]
        case .schema(let allowance):
            var schema: JSON = [:]
            if allowance.new { schema["new"] = "allow" }
            if allowance.missing { schema["missing"] = "allow" }
            if allowance.changed { schema["changed"] = "allow" }
            return ["schema": schema]
        }
    }

    /// Whether a failure is one of this check.
    func isBroken(by failure: CheckFailure) -> Bool {
        switch self {
        case .rows: return failure.check == "rows"
        case .noPersonalData(let except):
            return failure.check == "personal_data" && !except.contains(failure.column ?? "")
        case .schema: return failure.check.hasPrefix("schema.")
        case .column(let check):
            guard check.column == failure.column else { return false }
            switch failure.check {
            case "missing": return true
            case "type": return check.type != nil
            case "min": return check.min != nil
            case "max": return check.max != nil
            case "nulls": return check.nulls != nil
            case "values": return check.values != nil
            case "unique": return check.unique
            case "pattern": return check.pattern != nil
            default: return false
            }
        }
    }

    /// Reads a check that `json` wrote; nil for anything else.
    init?(json: JSON) {
        if let column = json["column"]?.string {
            self = .column(
                ColumnCheck(
                    column,
                    type: json["type"]?.string.flatMap { ColumnType(rawValue: $0) },
                    min: json["min"]?.double,
                    max: json["max"]?.double,
                    nulls: json["nulls"]?.double,
                    values: json["values"]?.array?.compactMap(\.string),
                    unique: json["unique"]?.bool ?? false,
                    pattern: json["pattern"]?.string
                )
            )
        } else if let rows = json["rows"] {
            self = .rows(min: rows["min"]?.int, max: rows["max"]?.int)
        } else if json["personal_data"] != nil {
            self = .noPersonalData(except: json["except"]?.array?.compactMap(\.string) ?? [])
        } else if let schema = json["schema"] {
            self = .schema(
                SchemaAllowance(
                    new: schema["new"] != nil,
                    missing: schema["missing"] != nil,
                    changed: schema["changed"] != nil
                )
            )
        } else {
            return nil
        }
    }
}
