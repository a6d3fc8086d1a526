import Basics
import Ledger
import Storage
import Tracking

/// What a version starts with.
struct NewVersion: Sendable {
    var name: String
    var source: String
    var runID: String? = nil
    var runLink: String? = nil
    var modelID: String? = nil
    var description: String? = nil
    var tags: [KeyValue] = []
}

extension Registry {
    /// Makes a version of a model that is there.
    ///
    /// - Parameter strict: Whether the request must name the run or logged model that holds its source.
    func createVersion(_ tx: Transaction, _ new: NewVersion, strict: Bool = false, actor: String) throws -> ModelVersion
    {
        try RegistryNames.check(model: new.name)
        for tag in new.tags { try RegistryNames.check(tag: tag) }
        let now = world.now()
        // Numbers are given once: a deleted version's number never comes back.
        let row = try tx.row(
            "UPDATE registered_models SET next_version = next_version + 1, updated = $1 WHERE name = $2 RETURNING next_version",
            now,
            new.name
        )
        guard let row else { throw RegisteredModelTable.missing(new.name) }
        let version = try row.int("next_version") - 1
        let source = try ModelSource(tx, new, tracking: tracking, strict: strict)
        try tx.execute(
            """
            INSERT INTO model_versions (name, version, description, source, location, run_id, run_link, model_id, stage,
            created, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'None', $9, $9)
            """,
            new.name,
            version,
            new.description,
            source.text,
            source.location,
            source.runID,
            new.runLink,
            source.modelID,
            now
        )
        for tag in new.tags { try VersionWriter.setTag(tx, new.name, version, tag) }
        if let model = source.modelID, (try? tracking.loggedModel(tx, model)) != nil {
            try tracking.noteVersion(tx, model: model, name: new.name, version: version)
        }
        let made = try VersionTable.get(tx, new.name, version)
        try ledger.append(
            tx,
            kind: "model_version.created",
            subject: made.address,
            actor: actor,
            payload: [
                "name": .string(new.name), "version": .int(version), "source": .string(source.text),
                "run_id": JSON(source.runID),
            ]
        )
        if let run = source.runID { try ledger.relate(tx, made.address, .wasGeneratedBy, "run:\(run)") }
        if let model = source.modelID { try ledger.relate(tx, made.address, .wasDerivedFrom, "logged_model:\(model)") }
        return made
    }

    func updateVersion(_ tx: Transaction, _ name: String, _ version: Int64, description: String) throws -> ModelVersion
    {
        _ = try VersionTable.get(tx, name, version)
        try tx.execute(
            "UPDATE model_versions SET description = $1, updated = $2 WHERE name = $3 AND version = $4",
            description,
            world.now(),
            name,
            version
        )
        return try VersionTable.get(tx, name, version)
    }

    /// Moves a version to a stage, and what was there to the archive where that is asked for.
    func transition(
        _ tx: Transaction,
        _ name: String,
        _ version: Int64,
        to stage: ModelStage,
        archive: Bool,
        actor: String
    ) throws -> ModelVersion {
        let known = try VersionTable.get(tx, name, version)
        let now = world.now()
        if archive {
            guard stage == .staging || stage == .production else {
                throw MartletError(
                    .invalidArgument,
                    "Model version transition cannot archive existing model versions because '\(stage.rawValue)' is not an Active stage. Valid stages are ['Staging', 'Production']"
                )
            }
            try tx.execute(
                "UPDATE model_versions SET stage = 'Archived', updated = $1 WHERE name = $2 AND version <> $3 AND stage = $4",
                now,
                name,
                version,
                stage.rawValue
            )
        }
        try tx.execute(
            "UPDATE model_versions SET stage = $1, updated = $2 WHERE name = $3 AND version = $4",
            stage.rawValue,
            now,
            name,
            version
        )
        try RegisteredModelTable.touch(tx, name, now)
        try ledger.append(
            tx,
            kind: "model_version.staged",
            subject: known.address,
            actor: actor,
            payload: ["stage": .string(stage.rawValue), "previous": .string(known.stage.rawValue)]
        )
        return try VersionTable.get(tx, name, version)
    }

    /// Deletes a version with its aliases; its number and its place in the lineage stay.
    func deleteVersion(_ tx: Transaction, _ name: String, _ version: Int64, actor: String) throws {
        let known = try VersionTable.get(tx, name, version)
        let now = world.now()
        try tx.execute("DELETE FROM model_aliases WHERE name = $1 AND version = $2", name, version)
        try tx.execute("DELETE FROM model_version_tags WHERE name = $1 AND version = $2", name, version)
        try tx.execute(
            """
            UPDATE model_versions SET stage = 'Deleted', description = NULL, source = '', location = '', run_id = NULL,
            run_link = NULL, model_id = NULL, updated = $1 WHERE name = $2 AND version = $3
            """,
            now,
            name,
            version
        )
        try RegisteredModelTable.touch(tx, name, now)
        try ledger.append(tx, kind: "model_version.deleted", subject: known.address, actor: actor)
    }

    func setTag(_ tx: Transaction, _ name: String, _ version: Int64, _ tag: KeyValue) throws {
        try RegistryNames.check(tag: tag)
        _ = try VersionTable.get(tx, name, version)
        try VersionWriter.setTag(tx, name, version, tag)
    }

    func deleteTag(_ tx: Transaction, _ name: String, _ version: Int64, key: String) throws {
        _ = try VersionTable.get(tx, name, version)
        try tx.execute(
            "DELETE FROM model_version_tags WHERE name = $1 AND version = $2 AND key = $3",
            name,
            version,
            key
        )
    }
}

enum VersionWriter {
    static func setTag(_ tx: Transaction, _ name: String, _ version: Int64, _ tag: KeyValue) throws {
        try tx.execute(
            """
            INSERT INTO model_version_tags (name, version, key, value) VALUES ($1, $2, $3, $4)
            ON CONFLICT (name, version, key) DO UPDATE SET value = excluded.value
            """,
            name,
            version,
            tag.key,
            tag.value
        )
    }
}
