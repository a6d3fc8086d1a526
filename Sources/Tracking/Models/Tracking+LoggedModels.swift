import Basics
import Ledger
package import Storage

/// What a logged model starts with.
struct NewLoggedModel: Sendable {
    var experimentID: String
    var name: String
    var modelType: String
    var sourceRunID: String
    var params: [KeyValue]
    var tags: [KeyValue]
}

extension Tracking {
    /// A logged model, in a transaction of another room.
    ///
    /// - Throws: `notFound` for an unknown or deleted one.
    package func loggedModel(_ tx: Transaction, _ id: String) throws -> LoggedModel {
        try LoggedModelTable.get(tx, id)
    }

    /// The artifact root of a run, in a transaction of another room.
    ///
    /// - Throws: `notFound` for an unknown run.
    package func artifactRoot(_ tx: Transaction, run id: String) throws -> String {
        try RunTable.get(tx, id).artifactURI
    }

    /// The place in the artifact store that a URI names, in a transaction of another room.
    package func resolve(_ tx: Transaction, modelURI: String) throws -> String {
        try ArtifactLocation.resolve(tx, modelURI).uri
    }

    /// Notes on a logged model that a registered version was made of it, in the tag that MLflow's page reads.
    package func noteVersion(_ tx: Transaction, model id: String, name: String, version: Int64) throws {
        let key = "mlflow.modelVersions"
        let known = try tx.row("SELECT value FROM logged_model_tags WHERE model = $1 AND key = $2", id, key)
        var list = known.flatMap { try? JSON(parsing: $0.text("value")) }?.array ?? []
        list.append(["name": .string(name), "version": .int(version)])
        try setTags(tx, model: id, [KeyValue(key: key, value: JSON.array(list).text())])
    }

    func createLoggedModel(_ tx: Transaction, _ new: NewLoggedModel, actor: String) throws -> LoggedModel {
        let bad = ["/", ":", ".", "%", "\"", "'"]
        guard !bad.contains(where: new.name.contains) else {
            throw MartletError(
                .invalidArgument,
                "Invalid model name ('\(new.name)') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '\"', \"'\")"
            )
        }
        let experiment = try ExperimentTable.active(tx, new.experimentID)
        let (id, now) = ("m-\(world.uuid())", world.now())
        try tx.execute(
            """
            INSERT INTO logged_models (id, experiment, name, artifact_location, status, model_type, source_run_id,
            lifecycle_stage, created, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', $8, $8)
            """,
            id,
            try ExperimentTable.number(experiment.id),
            new.name.isEmpty ? RandomName.make() : new.name,
            "\(experiment.artifactLocation.trimmingSlashes())/models/\(id)/artifacts",
            LoggedModelStatus.pending.rawValue,
            new.modelType,
            new.sourceRunID,
            now
        )
        try addParams(tx, model: id, new.params)
        try setTags(tx, model: id, new.tags)
        if !new.sourceRunID.isEmpty {
            try ledger.relate(tx, "logged_model:\(id)", .wasGeneratedBy, "run:\(new.sourceRunID)")
        }
        try ledger.append(
            tx,
            kind: "logged_model.created",
            subject: "logged_model:\(id)",
            actor: actor,
            payload: ["name": .string(new.name), "run_id": .string(new.sourceRunID)]
        )
        return try LoggedModelTable.get(tx, id)
    }

    func finalize(_ tx: Transaction, model id: String, _ status: LoggedModelStatus) throws -> LoggedModel {
        _ = try LoggedModelTable.get(tx, id)
        try tx.execute(
            "UPDATE logged_models SET status = $1, updated = $2 WHERE id = $3",
            status.rawValue,
            world.now(),
            id
        )
        return try LoggedModelTable.get(tx, id)
    }

    func delete(_ tx: Transaction, model id: String, actor: String) throws {
        _ = try LoggedModelTable.get(tx, id)
        try tx.execute(
            "UPDATE logged_models SET lifecycle_stage = 'deleted', updated = $1 WHERE id = $2",
            world.now(),
            id
        )
        try ledger.append(tx, kind: "logged_model.deleted", subject: "logged_model:\(id)", actor: actor)
    }

    func addParams(_ tx: Transaction, model id: String, _ params: [KeyValue]) throws {
        for param in params {
            let param = try Names.checked(param: param)
            try tx.execute(
                """
                INSERT INTO logged_model_params (model, key, value) VALUES ($1, $2, $3)
                ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
                """,
                id,
                param.key,
                param.value
            )
        }
    }

    func setTags(_ tx: Transaction, model id: String, _ tags: [KeyValue]) throws {
        for tag in tags {
            try Names.check(key: tag.key, path: "key")
            try tx.execute(
                """
                INSERT INTO logged_model_tags (model, key, value) VALUES ($1, $2, $3)
                ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
                """,
                id,
                tag.key,
                tag.value
            )
        }
    }

    func deleteTag(_ tx: Transaction, model id: String, key: String) throws {
        _ = try LoggedModelTable.get(tx, id)
        guard try tx.execute("DELETE FROM logged_model_tags WHERE model = $1 AND key = $2", id, key) > 0 else {
            throw MartletError(.notFound, "No tag with key '\(key)' found for model with ID '\(id)'.")
        }
    }
}
