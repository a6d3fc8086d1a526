internal import Basics
public import Declarations

extension DatasetSpec {
    /// Reads the `datasets` section of a project file: all datasets, all mistakes reported.
    ///
    /// - Parameters:
    ///   - section: The mapping of names.
    ///   - diagnostics: Where mistakes go.
    public static func decodeAll(_ section: SpecNode, _ diagnostics: Diagnostics) -> [DatasetSpec] {
        section.entries(diagnostics).compactMap { decode($0.value, name: $0.key, diagnostics) }
    }

    /// Reads one dataset of the section.
    public static func decode(_ node: SpecNode, name: String, _ diagnostics: Diagnostics) -> DatasetSpec? {
        guard let fields = node.fields(["source", "description", "owner", "time", "checks"], diagnostics) else {
            return nil
        }
        var spec = DatasetSpec(name)
        spec.description = fields.text("description") ?? ""
        spec.owner = fields.text("owner") ?? ""
        spec.time = fields.text("time")
        spec.source = fields.text("source")
        if let source = spec.source, source.contains("://"), let at = fields.node("source") {
            diagnostics.report(
                at,
                "'\(source.prefix(60))' cannot be read yet",
                hint: "a file or glob in the project's folder"
            )
        }
        let checks = fields.list("checks")
        if checks.count > 1000, let at = fields.node("checks") {
            diagnostics.report(at, "\(checks.count) checks", hint: "at most 1000")
            return spec
        }
        spec.checks = checks.compactMap { DatasetCheck.decode($0, diagnostics) }
        return spec
    }
}

extension DatasetCheck {
    private static let columnKeys = ["column", "type", "min", "max", "nulls", "values", "unique", "pattern"]
    private static let otherKeys = ["rows", "personal_data", "except", "schema"]

    static func decode(_ node: SpecNode, _ diagnostics: Diagnostics) -> DatasetCheck? {
        guard let fields = node.fields(columnKeys + otherKeys, diagnostics) else { return nil }
        let kinds = ["column", "rows", "personal_data", "schema"].filter(fields.has)
        guard kinds.count == 1, let kind = kinds.first else {
            diagnostics.report(
                node,
                kinds.isEmpty ? "the check says nothing" : "\(kinds.joined(separator: " and ")) stand in one check",
                hint: "one of column, rows, personal_data, schema"
            )
            return nil
        }
        let foreign =
            (kind == "column" ? otherKeys : columnKeys + otherKeys.filter { $0 != "except" || kind != "personal_data" })
            .filter { $0 != kind && fields.has($0) }
        for key in foreign { diagnostics.report(node, "'\(key)' does not go with '\(kind)'") }
        switch kind {
        case "rows": return rows(fields, diagnostics)
        case "schema": return schema(fields, diagnostics)
        case "personal_data":
            guard fields.text("personal_data", required: true, oneOf: ["forbid"]) != nil else { return nil }
            return .noPersonalData(except: fields.texts("except"))
        default: return column(fields, diagnostics)
        }
    }

    private static func column(_ fields: SpecFields, _ diagnostics: Diagnostics) -> DatasetCheck? {
        guard let name = fields.text("column", required: true) else { return nil }
        var check = ColumnCheck(name)
        check.type = fields.text("type", oneOf: ColumnType.allCases.map(\.rawValue)).flatMap {
            ColumnType(rawValue: $0)
        }
        check.min = fields.double("min")
        check.max = fields.double("max")
        check.nulls = fields.double("nulls", in: 0...1)
        check.unique = fields.bool("unique") ?? false
        check.pattern = fields.text("pattern")
        if fields.has("values") { check.values = fields.texts("values") }
        if let min = check.min, let max = check.max, min > max, let at = fields.node("max") {
            diagnostics.report(at, "max \(max) is below min \(min)")
        }
        if let pattern = check.pattern, pattern.utf8.count > 1000, let at = fields.node("pattern") {
            diagnostics.report(at, "the pattern has \(pattern.utf8.count) bytes", hint: "at most 1000")
        }
        if let values = check.values, values.count > 10_000, let at = fields.node("values") {
            diagnostics.report(at, "\(values.count) values", hint: "at most 10000; use a pattern")
        }
        return .column(check)
    }

    private static func rows(_ fields: SpecFields, _ diagnostics: Diagnostics) -> DatasetCheck? {
        guard let node = fields.node("rows", required: true), let rows = node.fields(["min", "max"], diagnostics) else {
            return nil
        }
        let range = 0...Int.max
        let (min, max) = (rows.int("min", in: range), rows.int("max", in: range))
        if let min, let max, min > max { diagnostics.report(node, "max \(max) is below min \(min)") }
        return .rows(min: min.map(Int64.init), max: max.map(Int64.init))
    }

    private static func schema(_ fields: SpecFields, _ diagnostics: Diagnostics) -> DatasetCheck? {
        guard let node = fields.node("schema", required: true),
            let schema = node.fields(["new", "missing", "changed"], diagnostics)
        else { return nil }
        let isAllowed = { (key: String) in schema.text(key, oneOf: ["allow", "forbid"]) == "allow" }
        return .schema(
            SchemaAllowance(new: isAllowed("new"), missing: isAllowed("missing"), changed: isAllowed("changed"))
        )
    }
}
