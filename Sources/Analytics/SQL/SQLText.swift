/// Names and values as they stand in DuckDB's SQL.
///
/// Values of callers belong into parameters; this is for where SQL takes none: names of columns, file names of a scan,
/// options of `COPY`.
public enum SQLText {
    /// A name in double quotes: `dep "delay"` becomes `"dep ""delay"""`.
    public static func identifier(_ name: String) -> String {
        "\"" + doubled(name, "\"") + "\""
    }

    /// A text in single quotes: `it's` becomes `'it''s'`.
    public static func literal(_ text: String) -> String {
        "'" + doubled(text, "'") + "'"
    }

    /// A list of texts: `['a', 'b']`.
    public static func list(_ texts: some Sequence<String>) -> String {
        "[" + texts.map(literal).joined(separator: ", ") + "]"
    }

    /// A number that reads back as the same double, NaN and infinities included.
    public static func number(_ value: Double) -> String {
        if value.isNaN { return "'NaN'::DOUBLE" }
        if value.isInfinite { return value > 0 ? "'Infinity'::DOUBLE" : "'-Infinity'::DOUBLE" }
        return "\(value)::DOUBLE"
    }

    private static func doubled(_ text: String, _ quote: Character) -> String {
        var result = ""
        for character in text.unicodeScalars {
            result.unicodeScalars.append(character)
            if Character(character) == quote { result.append(quote) }
        }
        return result
    }
}
