import Basics
import Ledger
import Storage

/// What a run starts with.
struct NewRun: Sendable {
    var experimentID: String
    var name: String
    var userID: String
    var startTime: Timestamp
    var tags: [KeyValue]
}

extension Tracking {
    func createRun(_ tx: Transaction, _ new: NewRun, actor: String) throws -> Run {
        let experiment = try ExperimentTable.active(tx, new.experimentID)
        var tags = new.tags
        for (index, tag) in tags.enumerated() { try Names.check(tag: tag, path: "tags[\(index)]") }
        let nameTag = tags.value("mlflow.runName")
        if let nameTag, !new.name.isEmpty, nameTag != new.name {
            throw MartletError(
                .invalidArgument,
                "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='\(new.name)', mlflow.runName='\(nameTag)')."
            )
        }
        let given = new.name.isEmpty ? nameTag ?? "" : new.name
        let name = given.isEmpty ? RandomName.make() : given
        if nameTag == nil { tags.append(KeyValue(key: "mlflow.runName", value: name)) }
        let id = world.uuid()
        let number = try tx.row("SELECT COALESCE(MAX(number), 0) + 1 AS next FROM runs")?.int("next") ?? 1
        try tx.execute(
            """
            INSERT INTO runs (number, id, experiment, name, user_id, status, start_time, lifecycle_stage, artifact_uri)
            VALUES ($1, $2, $3, $4, $5, 'RUNNING', $6, 'active', $7)
            """,
            number,
            id,
            try ExperimentTable.number(experiment.id),
            name,
            new.userID,
            new.startTime,
            "\(experiment.artifactLocation.trimmingSlashes())/\(id)/artifacts"
        )
        try BatchWriter.tags(tx, number, tags)
        try ledger.append(
            tx,
            kind: "run.created",
            subject: "run:\(id)",
            actor: actor,
            payload: ["name": .string(name), "experiment_id": .string(experiment.id)],
            eventTime: new.startTime
        )
        return try RunTable.full(tx, id)
    }

    func updateRun(
        _ tx: Transaction,
        _ id: String,
        status: RunStatus?,
        endTime: Timestamp?,
        name: String?,
        actor: String
    ) throws -> RunInfo {
        let known = try RunTable.active(tx, id)
        try tx.execute(
            "UPDATE runs SET status = $1, end_time = $2, name = $3 WHERE number = $4",
            (status ?? known.status).rawValue,
            endTime ?? known.endTime,
            name.flatMap { $0.isEmpty ? nil : $0 } ?? known.name,
            known.number
        )
        if let name, !name.isEmpty {
            try BatchWriter.tags(tx, known.number, [KeyValue(key: "mlflow.runName", value: name)])
        }
        if let status, status.isTerminal, status != known.status {
            try ledger.append(
                tx,
                kind: "run.finished",
                subject: "run:\(id)",
                actor: actor,
                payload: ["status": .string(status.rawValue), "name": .string(name ?? known.name)],
                eventTime: endTime
            )
        }
        return try RunTable.get(tx, id)
    }

    func setLifecycle(_ tx: Transaction, run id: String, _ stage: LifecycleStage, actor: String) throws {
        let known = try RunTable.get(tx, id)
        guard known.lifecycle != stage else { return }
        try tx.execute(
            "UPDATE runs SET lifecycle_stage = $1, deleted_time = $2 WHERE number = $3",
            stage.rawValue,
            stage == .deleted ? world.now() : nil,
            known.number
        )
        try ledger.append(
            tx,
            kind: stage == .deleted ? "run.deleted" : "run.restored",
            subject: "run:\(id)",
            actor: actor
        )
    }

    func deleteTag(_ tx: Transaction, run id: String, key: String) throws {
        let number = try RunTable.activeNumber(tx, id)
        guard try tx.execute("DELETE FROM tags WHERE run = $1 AND key = $2", number, key) > 0 else {
            throw MartletError(.notFound, "No tag with name: \(key) in run with id \(id)")
        }
    }
}

extension String {
    /// Without slashes at the end.
    func trimmingSlashes() -> String {
        var text = Substring(self)
        while text.hasSuffix("/") { text = text.dropLast() }
        return String(text)
    }
}
