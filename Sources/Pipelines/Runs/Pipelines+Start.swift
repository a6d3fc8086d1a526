public import Basics
import Ledger
public import Storage

extension Pipelines {
    /// Starts a run, in the transaction of what started it: one event and one run, or neither.
    ///
    /// - Parameters:
    ///   - tx: The transaction.
    ///   - pipeline: The pipeline's name.
    ///   - project: Its project.
    ///   - reason: Why.
    ///   - params: Stand over the steps' own: `name` for every step that has it, `step.name` for one.
    ///   - datasets: Versions to use; the newest of others.
    ///   - eventTime: The time that the run stands for.
    ///   - deduplicationKey: A second call with the same key gets the first one's run.
    ///   - actor: Who.
    /// - Returns: The run, new or known.
    /// - Throws: `notFound` for an unknown pipeline, `invalidArgument` for params that no step has.
    public func start(
        _ tx: Transaction,
        pipeline: String,
        project: String,
        reason: TriggerReason = .manual,
        params: JSONObject = JSONObject(),
        datasets: [String: Int] = [:],
        eventTime: Timestamp? = nil,
        deduplicationKey: String? = nil,
        actor: String
    ) throws -> PipelineRun {
        if let deduplicationKey,
            let known = try tx.row("SELECT id FROM pipeline_runs WHERE dedup_key = $1", deduplicationKey)
        {
            return try RunTable.run(tx, known.text("id"))
        }
        let declared = try Declared.find(tx, project, pipeline)
        try Self.check(params, of: declared.spec)
        let id = world.orderedID()
        let now = world.now()
        guard
            let number = try tx.row(
                "UPDATE pipelines SET runs = runs + 1 WHERE project = $1 AND name = $2 RETURNING runs",
                project,
                pipeline
            )?.int("runs")
        else { throw MartletError(.dataLoss, "the pipeline '\(pipeline)' is gone") }
        let pins = JSON.object(JSONObject(datasets.sorted { $0.key < $1.key }.map { ($0.key, JSON($0.value)) }))
        try tx.execute(
            """
            INSERT INTO pipeline_runs (id, project, pipeline, number, status, reason, actor, dedup_key, spec, code, code_commit,
                dirty, branch, params, pins, event_time, created, cancel_requested)
            VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0)
            """,
            id,
            project,
            pipeline,
            number,
            reason.json,
            actor,
            deduplicationKey,
            declared.spec.json,
            declared.code.digest,
            declared.code.commit,
            declared.code.isDirty,
            declared.code.branch,
            JSON.object(params),
            pins,
            eventTime,
            now
        )
        for (position, step) in declared.spec.steps.enumerated() {
            try tx.execute(
                """
                INSERT INTO pipeline_steps (run, name, position, phase, attempt, epoch, failures, losses)
                VALUES ($1, $2, $3, 'pending', 0, 0, 0, 0)
                """,
                id,
                step.name,
                position
            )
        }
        try ledger.append(
            tx,
            kind: "pipeline_run.created",
            subject: "pipeline_run:\(id)",
            actor: actor,
            payload: [
                "pipeline": .string(pipeline), "project": .string(project), "number": .int(number),
                "reason": .string(reason.text), "trigger": JSON(reason.trigger),
            ],
            eventTime: eventTime
        )
        try ledger.relate(tx, "pipeline_run:\(id)", .wasAssociatedWith, "pipeline:\(project)/\(pipeline)")
        tx.onCommit { [wake] in wake.ring(Self.runsChanged) }
        return try RunTable.run(tx, id)
    }

    /// Starts a run.
    public func start(
        pipeline: String,
        project: String,
        reason: TriggerReason = .manual,
        params: JSONObject = JSONObject(),
        datasets: [String: Int] = [:],
        eventTime: Timestamp? = nil,
        deduplicationKey: String? = nil,
        actor: String
    ) async throws -> PipelineRun {
        try await database.write { [self] tx in
            try start(
                tx,
                pipeline: pipeline,
                project: project,
                reason: reason,
                params: params,
                datasets: datasets,
                eventTime: eventTime,
                deduplicationKey: deduplicationKey,
                actor: actor
            )
        }
    }

    /// Asks a run to end; one that is over stays as it is. Its running steps get TERM, and KILL a little later.
    public func cancel(_ id: String, actor: String) async throws -> PipelineRun {
        let run = try await database.write { [self] tx in
            let run = try RunTable.run(tx, id)
            guard !run.status.isFinal, !run.isCancelRequested else { return run }
            try tx.execute("UPDATE pipeline_runs SET cancel_requested = 1 WHERE id = $1", id)
            try ledger.append(
                tx,
                kind: "pipeline_run.cancel_requested",
                subject: run.address,
                actor: actor,
                payload: ["pipeline": .string(run.pipeline), "project": .string(run.project)],
                eventTime: run.eventTime
            )
            tx.onCommit { [wake] in wake.ring(id) }
            return try RunTable.run(tx, id)
        }
        return run
    }

    static let runsChanged = "runs"

    private static func check(_ params: JSONObject, of spec: PipelineSpec) throws {
        var known: Set<String> = []
        for step in spec.steps {
            for name in step.params.keys { known.formUnion([name, "\(step.name).\(name)"]) }
        }
        for name in params.keys where !known.contains(name) {
            throw MartletError(
                .invalidArgument,
                "no step of the pipeline '\(spec.name)' has a param '\(name.prefix(60))'",
                hint: Suggestion.hint(for: name, among: known)
            )
        }
    }
}

extension PipelineRun {
    /// The params of a step in this run.
    func params(of step: StepSpec) -> JSONObject {
        var params = step.params
        for name in step.params.keys {
            if let value = self.params["\(step.name).\(name)"] ?? self.params[name] { params[name] = value }
        }
        return params
    }
}
