public import Basics

/// What a project declares about a dataset.
public struct DatasetSpec: Sendable, Hashable {
    /// The name, one for the whole server.
    public var name: String
    /// What the data is.
    public var description: String
    /// Who answers for it.
    public var owner: String
    /// The column that says when a row happened; a version's event time is its latest.
    public var time: String?
    /// A file or glob in the project's folder that versions are made from.
    public var source: String?
    /// The rules that a version must keep.
    public var checks: [DatasetCheck]

    /// A dataset with nothing but a name.
    public init(
        _ name: String,
        description: String = "",
        owner: String = "",
        time: String? = nil,
        source: String? = nil,
        checks: [DatasetCheck] = []
    ) {
        self.name = name
        self.description = description
        self.owner = owner
        self.time = time
        self.source = source
        self.checks = checks
    }

    /// The checks of columns.
    var columnChecks: [ColumnCheck] {
        checks.compactMap { if case .column(let check) = $0 { check } else { nil } }
    }

    /// The columns that a check names.
    var declaredColumns: Set<String> { Set(columnChecks.map(\.column)) }

    /// The declared type of a column.
    func declaredType(_ column: String) -> ColumnType? {
        columnChecks.first { $0.column == column && $0.type != nil }?.type
    }

    /// The differences of columns that are no failure.
    var allowance: SchemaAllowance {
        var result = SchemaAllowance()
        for case .schema(let allowance) in checks {
            result.new = result.new || allowance.new
            result.missing = result.missing || allowance.missing
            result.changed = result.changed || allowance.changed
        }
        return result
    }

    /// The declaration as it is stored and shown.
    public var json: JSON {
        var json: JSON = [
            "description": .string(description), "owner": .string(owner), "checks": .array(checks.map(\.json)),
        ]
        if let time { json["time"] = .string(time) }
        if let source { json["source"] = .string(source) }
        return json
    }

    init(name: String, json: JSON) {
        self.init(
            name,
            description: json["description"]?.string ?? "",
            owner: json["owner"]?.string ?? "",
            time: json["time"]?.string,
            source: json["source"]?.string,
            checks: (json["checks"]?.array ?? []).compactMap(DatasetCheck.init)
        )
    }
}
