import Basics
import Ledger
import Storage

extension Tracking {
    /// Makes the experiment `Default`, number 0, where it is absent: every MLflow client counts on it.
    public func prepare() async throws {
        _ = try await database.write { [self] tx in
            try tx.execute(
                """
                INSERT INTO experiments (id, name, artifact_location, lifecycle_stage, created, updated)
                VALUES (0, 'Default', 'mlflow-artifacts:/0', 'active', $1, $1) ON CONFLICT DO NOTHING
                """,
                world.now()
            )
        }
    }

    func createExperiment(
        _ tx: Transaction,
        name: String,
        artifactLocation: String?,
        tags: [KeyValue],
        actor: String
    ) throws -> Experiment {
        try Names.checkExperiment(name: name)
        for tag in tags { try Names.check(experimentTag: tag) }
        if let artifactLocation { try ArtifactLocation.check(experimentRoot: artifactLocation) }
        guard try tx.row("SELECT id FROM experiments WHERE name = $1", name) == nil else {
            throw MartletError(.alreadyExists, "Experiment(name=\(name)) already exists.")
        }
        let now = world.now()
        let number = try tx.row("SELECT COALESCE(MAX(id), 0) + 1 AS next FROM experiments")?.int("next") ?? 1
        try tx.execute(
            "INSERT INTO experiments (id, name, artifact_location, lifecycle_stage, created, updated) VALUES ($1, $2, $3, 'active', $4, $4)",
            number,
            name,
            artifactLocation ?? "mlflow-artifacts:/\(number)",
            now
        )
        for tag in tags { try ExperimentTable.setTag(tx, number, tag) }
        try ledger.append(
            tx,
            kind: "experiment.created",
            subject: "experiment:\(number)",
            actor: actor,
            payload: ["name": .string(name)]
        )
        return try ExperimentTable.get(tx, String(number))
    }

    func renameExperiment(_ tx: Transaction, _ id: String, to name: String) throws {
        try Names.checkExperiment(name: name)
        guard try ExperimentTable.get(tx, id).lifecycle == .active else {
            throw MartletError(.conflict, "Cannot rename a non-active experiment.")
        }
        if let other = try ExperimentTable.find(tx, name: name), other.id != id {
            throw MartletError(.alreadyExists, "Experiment(name=\(name)) already exists.")
        }
        try tx.execute(
            "UPDATE experiments SET name = $1, updated = $2 WHERE id = $3",
            name,
            world.now(),
            try ExperimentTable.number(id)
        )
    }

    /// Deletes or restores an experiment with its runs; runs that were deleted alone before stay deleted.
    func setLifecycle(_ tx: Transaction, experiment id: String, _ stage: LifecycleStage, actor: String) throws {
        let known = try ExperimentTable.get(tx, id)
        guard known.lifecycle != stage else {
            if stage == .active { return }
            throw ProtocolError.noExperiment(id)
        }
        let (number, now) = (try ExperimentTable.number(id), world.now())
        if stage == .deleted {
            try tx.execute(
                "UPDATE runs SET lifecycle_stage = 'deleted', deleted_time = $1 WHERE experiment = $2 AND lifecycle_stage = 'active'",
                now,
                number
            )
        } else {
            try tx.execute(
                "UPDATE runs SET lifecycle_stage = 'active', deleted_time = NULL WHERE experiment = $1 AND deleted_time >= $2",
                number,
                known.updated
            )
        }
        try tx.execute(
            "UPDATE experiments SET lifecycle_stage = $1, updated = $2 WHERE id = $3",
            stage.rawValue,
            now,
            number
        )
        try ledger.append(
            tx,
            kind: stage == .deleted ? "experiment.deleted" : "experiment.restored",
            subject: "experiment:\(id)",
            actor: actor,
            payload: ["name": .string(known.name)]
        )
    }

    func setTag(_ tx: Transaction, experiment id: String, _ tag: KeyValue) throws {
        try Names.check(experimentTag: tag)
        _ = try ExperimentTable.active(tx, id)
        try ExperimentTable.setTag(tx, try ExperimentTable.number(id), tag)
        try ExperimentTable.touch(tx, id, world.now())
    }

    func deleteTag(_ tx: Transaction, experiment id: String, key: String) throws {
        _ = try ExperimentTable.active(tx, id)
        let removed = try tx.execute(
            "DELETE FROM experiment_tags WHERE experiment = $1 AND key = $2",
            try ExperimentTable.number(id),
            key
        )
        guard removed > 0 else {
            throw MartletError(.notFound, "No tag with name: \(key) in experiment with id \(id)")
        }
        try ExperimentTable.touch(tx, id, world.now())
    }
}

extension Names {
    static func checkExperiment(name: String) throws {
        guard !name.isEmpty else { throw MartletError(.invalidArgument, "Invalid experiment name: ''") }
        guard name.unicodeScalars.count <= experimentNameLimit else {
            throw MartletError(
                .invalidArgument,
                "'name' exceeds the maximum length of \(experimentNameLimit) characters"
            )
        }
    }

    static func check(experimentTag tag: KeyValue) throws {
        try check(key: tag.key, path: "key")
        try checkLength(tag.value, "value", experimentTagLimit)
    }
}
