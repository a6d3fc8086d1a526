import Basics
import FoundationEssentials
import Storage

/// How specs are kept: what `apply` declared last, for each project.
enum StoredSpec {
    /// A value as text with sorted keys, so that the same value is the same text.
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Keeps a project's automation.
    static func save(_ tx: Transaction, _ spec: AutomationSpec, at time: Timestamp) throws {
        try tx.execute(
            """
            INSERT INTO automation_specs (project, spec, time) VALUES ($1, $2, $3)
            ON CONFLICT (project) DO UPDATE SET spec = excluded.spec, time = excluded.time
            """,
            spec.project,
            try encode(spec),
            time
        )
    }

    /// A project's automation.
    static func load(_ tx: Transaction, project: String) throws -> AutomationSpec? {
        try tx.row("SELECT spec FROM automation_specs WHERE project = $1", project).map { try decode($0) }
    }

    /// Every project's automation.
    static func all(_ tx: Transaction) throws -> [AutomationSpec] {
        try tx.rows("SELECT spec FROM automation_specs ORDER BY project").map { try decode($0) }
    }

    /// The declared model of a name and the project that declares it.
    static func model(_ tx: Transaction, named name: String) throws -> (project: String, model: ModelSpec)? {
        for spec in try all(tx) {
            if let model = spec.models.first(where: { $0.name == name }) { return (spec.project, model) }
        }
        return nil
    }

    private static func decode(_ row: Row) throws -> AutomationSpec { try decode(try row.text("spec")) }

    /// Reads what `encode` wrote.
    static func decode(_ text: String) throws -> AutomationSpec {
        try JSONDecoder().decode(AutomationSpec.self, from: Data(text.utf8))
    }
}
