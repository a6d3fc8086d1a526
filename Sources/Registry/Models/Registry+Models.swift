import Basics
import Ledger
import Storage
import Tracking

extension Registry {
    func createModel(_ tx: Transaction, name: String, description: String?, tags: [KeyValue], actor: String) throws
        -> RegisteredModel
    {
        try RegistryNames.check(model: name)
        for tag in tags { try RegistryNames.check(tag: tag) }
        if let known = try RegisteredModelTable.find(tx, name) {
            let (old, new) = (Self.kind(known.tags), Self.kind(tags))
            guard old == new else {
                throw MartletError(
                    .alreadyExists,
                    "Tried to create a \(new.lowercased()) with name '\(name)', but the name is already taken by a \(old.lowercased()). MLflow does not allow creating a model and a prompt with the same name."
                )
            }
            throw MartletError(.alreadyExists, "\(new) (name=\(name)) already exists.")
        }
        let now = world.now()
        try tx.execute(
            "INSERT INTO registered_models (name, description, created, updated, next_version) VALUES ($1, $2, $3, $3, 1)",
            name,
            description,
            now
        )
        for tag in tags { try setTag(tx, model: name, tag) }
        try ledger.append(
            tx,
            kind: "registered_model.created",
            subject: "model:\(name)",
            actor: actor,
            payload: ["name": .string(name)]
        )
        return try RegisteredModelTable.get(tx, name)
    }

    func rename(_ tx: Transaction, _ name: String, to new: String, actor: String) throws -> RegisteredModel {
        try RegistryNames.check(model: new)
        _ = try RegisteredModelTable.get(tx, name)
        guard try RegisteredModelTable.find(tx, new) == nil else {
            throw MartletError(.alreadyExists, "Registered Model (name=\(new)) already exists.")
        }
        let tables = [
            "registered_models", "registered_model_tags", "model_versions", "model_version_tags", "model_aliases",
        ]
        for table in tables { try tx.execute("UPDATE \(table) SET name = $1 WHERE name = $2", new, name) }
        try RegisteredModelTable.touch(tx, new, world.now())
        try ledger.append(
            tx,
            kind: "registered_model.renamed",
            subject: "model:\(new)",
            actor: actor,
            payload: ["name": .string(new), "previous": .string(name)]
        )
        return try RegisteredModelTable.get(tx, new)
    }

    func update(_ tx: Transaction, _ name: String, description: String) throws -> RegisteredModel {
        _ = try RegisteredModelTable.get(tx, name)
        try tx.execute(
            "UPDATE registered_models SET description = $1, updated = $2 WHERE name = $3",
            description,
            world.now(),
            name
        )
        return try RegisteredModelTable.get(tx, name)
    }

    func deleteModel(_ tx: Transaction, _ name: String, actor: String) throws {
        _ = try RegisteredModelTable.get(tx, name)
        let tables = [
            "model_aliases", "model_version_tags", "model_versions", "registered_model_tags", "registered_models",
        ]
        for table in tables { try tx.execute("DELETE FROM \(table) WHERE name = $1", name) }
        try ledger.append(tx, kind: "registered_model.deleted", subject: "model:\(name)", actor: actor)
    }

    func setTag(_ tx: Transaction, model name: String, _ tag: KeyValue) throws {
        try RegistryNames.check(tag: tag)
        _ = try RegisteredModelTable.get(tx, name)
        try tx.execute(
            """
            INSERT INTO registered_model_tags (name, key, value) VALUES ($1, $2, $3)
            ON CONFLICT (name, key) DO UPDATE SET value = excluded.value
            """,
            name,
            tag.key,
            tag.value
        )
    }

    func deleteTag(_ tx: Transaction, model name: String, key: String) throws {
        _ = try RegisteredModelTable.get(tx, name)
        try tx.execute("DELETE FROM registered_model_tags WHERE name = $1 AND key = $2", name, key)
    }

    private static func kind(_ tags: [KeyValue]) -> String {
        tags.value("mlflow.prompt.is_prompt")?.lowercased() == "true" ? "Prompt" : "Registered Model"
    }
}
