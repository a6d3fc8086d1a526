import Basics
import Storage
import Tracking

/// Reads of the table of registered models.
enum RegisteredModelTable {
    static func missing(_ name: String) -> MartletError {
        MartletError(.notFound, "Registered Model with name=\(name) not found")
    }

    static func find(_ tx: Transaction, _ name: String) throws -> RegisteredModel? {
        try tx.row("SELECT * FROM registered_models WHERE name = $1", name).flatMap { try full(tx, [$0]).first }
    }

    static func get(_ tx: Transaction, _ name: String) throws -> RegisteredModel {
        guard let model = try find(tx, name) else { throw missing(name) }
        return model
    }

    static func touch(_ tx: Transaction, _ name: String, _ now: Timestamp) throws {
        try tx.execute("UPDATE registered_models SET updated = $1 WHERE name = $2", now, name)
    }

    /// Rows with their tags, aliases and latest versions.
    static func full(_ tx: Transaction, _ rows: [Row]) throws -> [RegisteredModel] {
        let names = try rows.map { try $0.text("name") }
        var tags: [String: [KeyValue]] = [:]
        var aliases: [String: [ModelAlias]] = [:]
        try tx.eachOf(names, "SELECT name, key, value FROM registered_model_tags WHERE name IN (@) ORDER BY key") {
            row in
            tags[try row.text("name"), default: []]
                .append(KeyValue(key: try row.text("key"), value: try row.text("value")))
        }
        try tx.eachOf(names, "SELECT name, alias, version FROM model_aliases WHERE name IN (@) ORDER BY alias") { row in
            aliases[try row.text("name"), default: []]
                .append(ModelAlias(name: try row.text("alias"), version: Int(try row.int("version"))))
        }
        return try rows.map { row in
            let name = try row.text("name")
            return RegisteredModel(
                name: name,
                description: row.textOrNil("description") ?? "",
                created: try row.timestamp("created"),
                updated: try row.timestamp("updated"),
                tags: tags[name] ?? [],
                aliases: aliases[name] ?? [],
                latest: try VersionTable.latest(tx, name, stages: ModelStage.allCases)
            )
        }
    }
}
