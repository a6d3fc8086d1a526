import Basics
import Storage
import Tracking

/// Reads of the table of versions.
enum VersionTable {
    static func get(_ tx: Transaction, _ name: String, _ version: Int64) throws -> ModelVersion {
        let row = try tx.row(
            "SELECT * FROM model_versions WHERE name = $1 AND version = $2 AND stage <> 'Deleted'",
            name,
            version
        )
        guard let row, let found = try full(tx, [row]).first else {
            throw MartletError(.notFound, "Model Version (name=\(name), version=\(version)) not found")
        }
        return found
    }

    /// The number that a version's text stands for.
    static func number(_ text: String) throws -> Int64 {
        guard let number = Int64(text) else {
            throw MartletError(.invalidArgument, "Parameter 'version' must be an integer, got '\(text.prefix(100))'.")
        }
        return number
    }

    /// All versions of a model, newest first.
    static func all(_ tx: Transaction, _ name: String) throws -> [ModelVersion] {
        let rows = try tx.rows(
            "SELECT * FROM model_versions WHERE name = $1 AND stage <> 'Deleted' ORDER BY version DESC",
            name
        )
        return try full(tx, rows)
    }

    /// The newest version of each stage.
    static func latest(_ tx: Transaction, _ name: String, stages: [ModelStage]) throws -> [ModelVersion] {
        let rows = try tx.rows(
            """
            SELECT * FROM model_versions v WHERE v.name = $1 AND v.version = (
                SELECT MAX(o.version) FROM model_versions o WHERE o.name = v.name AND o.stage = v.stage)
            AND v.stage <> 'Deleted' ORDER BY v.version
            """,
            name
        )
        let names = Set(stages.map(\.rawValue))
        return try full(tx, try rows.filter { names.contains(try $0.text("stage")) })
    }

    /// Rows with their tags and aliases.
    static func full(_ tx: Transaction, _ rows: [Row]) throws -> [ModelVersion] {
        struct Key: Hashable {
            let name: String
            let version: Int64
        }
        let names = Array(Set(try rows.map { try $0.text("name") }))
        var tags: [Key: [KeyValue]] = [:]
        var aliases: [Key: [String]] = [:]
        // A page of one model has few versions, a page of many models few of each: tags are read by version where that is less.
        if rows.count <= 32 {
            for row in rows {
                let key = Key(name: try row.text("name"), version: try row.int("version"))
                tags[key] = try tx.rows(
                    "SELECT key, value FROM model_version_tags WHERE name = $1 AND version = $2 ORDER BY key",
                    key.name,
                    key.version
                ).map { KeyValue(key: try $0.text("key"), value: try $0.text("value")) }
            }
        } else {
            try tx.eachOf(names, "SELECT * FROM model_version_tags WHERE name IN (@) ORDER BY key") { row in
                let key = Key(name: try row.text("name"), version: try row.int("version"))
                tags[key, default: []].append(KeyValue(key: try row.text("key"), value: try row.text("value")))
            }
        }
        try tx.eachOf(names, "SELECT * FROM model_aliases WHERE name IN (@) ORDER BY alias") { row in
            let key = Key(name: try row.text("name"), version: try row.int("version"))
            aliases[key, default: []].append(try row.text("alias"))
        }
        return try rows.map { row in
            let key = Key(name: try row.text("name"), version: try row.int("version"))
            return ModelVersion(
                name: key.name,
                version: Int(key.version),
                description: row.textOrNil("description") ?? "",
                source: try row.text("source"),
                location: try row.text("location"),
                runID: row.textOrNil("run_id"),
                runLink: row.textOrNil("run_link"),
                modelID: row.textOrNil("model_id"),
                userID: row.textOrNil("user_id"),
                stage: ModelStage(rawValue: try row.text("stage")) ?? .none,
                created: try row.timestamp("created"),
                updated: try row.timestamp("updated"),
                tags: tags[key] ?? [],
                aliases: aliases[key] ?? []
            )
        }
    }
}
