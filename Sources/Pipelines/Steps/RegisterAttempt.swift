import Basics
import Ledger
import Storage

/// A register step: it makes a version of a registered model from another step's output, once.
struct RegisterAttempt: Sendable {
    /// A file that holds a model's address is short.
    private static let longestAddress = 4096

    let context: RunContext
    let step: StepSpec
    let number: Int
    let model: String
    let from: StepSpec.OutputReference

    func run() async throws -> RunMachine.Outcome {
        let (p, run) = (context.pipelines, context.run)
        let now = try await p.run(run.id)
        let output = try await p.output(of: now, step: from.step, name: from.output)
        guard let maker = now.steps.first(where: { $0.name == from.step }), let origin = maker.origin else {
            throw MartletError(.notFound, "the step '\(from.step)' has not ended well")
        }
        let key = Digest.sha256(
            (["register": .string(model), "project": .string(run.project), "from": .string(output.digest)] as JSON)
                .canonicalBytes()
        )
        let cache = StepCache(context: context)
        // The same model again would be the same version under another number.
        if let entry = try await cache.find(key) {
            try await cache.use(entry, for: step, model: model)
            return .cached
        }
        let source = try await source(of: output, made: maker.mlflowRun)
        let request = RegisterRequest(
            model: model,
            source: source,
            runID: maker.mlflowRun,
            project: run.project,
            pipeline: run.pipeline,
            pipelineRun: run.id,
            step: origin,
            eventTime: run.eventTime,
            actor: "pipeline:\(run.id)"
        )
        let address = context.address(step.name, number)
        return try await p.database.write { tx in
            if try RunTable.isCancelled(tx, run.id) { return .cancelled }
            let time = p.world.now()
            let changed = try tx.execute(
                """
                UPDATE pipeline_steps SET phase = 'succeeded', attempt = $1, epoch = epoch + 1, started = $2, finished = $2,
                    error = NULL, model = $3, origin = $4, mlflow_run = $5
                WHERE run = $6 AND name = $7 AND phase IN ('pending', 'queued', 'running')
                """,
                number,
                time,
                model,
                address,
                maker.mlflowRun,
                run.id,
                step.name
            )
            guard changed == 1 else { return .succeeded }
            let version = try p.registerModel(tx, request)
            try tx.execute(
                "UPDATE pipeline_steps SET model_version = $1 WHERE run = $2 AND name = $3",
                version,
                run.id,
                step.name
            )
            let entry = StepCache.Entry(
                outputs: .array([]),
                origin: address,
                mlflowRun: maker.mlflowRun,
                modelVersion: version
            )
            try StepCache.store(tx, key, entry, time)
            try tell(tx, version, request, address, output, maker)
            return .succeeded
        }
    }

    private func tell(
        _ tx: Transaction,
        _ version: Int,
        _ request: RegisterRequest,
        _ address: String,
        _ output: StepOutput,
        _ maker: StepRun
    ) throws {
        let (p, run) = (context.pipelines, context.run)
        let subject = "model:\(model)/\(version)"
        try p.ledger.append(
            tx,
            kind: "model_version.registered",
            subject: subject,
            actor: request.actor,
            payload: [
                "name": .string(model), "version": JSON(version), "pipeline_run": .string(run.id),
                "pipeline": .string(run.pipeline), "project": .string(run.project), "run_id": JSON(request.runID),
                "event_time": JSON(run.eventTime),
            ],
            eventTime: run.eventTime
        )
        try p.ledger.append(
            tx,
            kind: "step.finished",
            subject: address,
            actor: request.actor,
            payload: [
                "pipeline": .string(run.pipeline), "step": .string(step.name), "attempt": JSON(number),
                "status": "succeeded", "cached": false, "seconds": 0, "model": .string(model), "version": JSON(version),
            ],
            eventTime: run.eventTime
        )
        try p.ledger.relate(
            tx,
            subject,
            .wasGeneratedBy,
            request.step,
            attributes: [
                "code": JSON(run.code.digest), "tree": .string(context.tree.digest), "commit": JSON(run.code.commit),
                "dirty": .bool(run.code.isDirty), "branch": JSON(run.code.branch),
                "environment": JSON(maker.environment),
                "mlflow_run_id": JSON(request.runID), "pipeline_run": .string(run.id), "output": .string(output.digest),
            ]
        )
        try p.ledger.relate(tx, address, .used, request.step, attributes: ["digest": .string(output.digest)])
        try p.ledger.relate(tx, address, .wasInformedBy, run.address)
    }

    private func source(of output: StepOutput, made run: String?) async throws -> String {
        let p = context.pipelines
        switch output.kind {
        case .folder:
            guard let run else { throw MartletError(.notFound, "the step '\(from.step)' has no MLflow run") }
            guard output.files.contains(where: { $0.path == "MLmodel" }) else {
                throw MartletError(
                    .invalidArgument,
                    "the output '\(output.name)' of the step '\(from.step)' is no MLflow model: it has no file 'MLmodel'",
                    hint: "save it with mlflow's save_model, or write the address that log_model returns to a file"
                )
            }
            return try await p.tracker.store(FileTree(files: output.files), run: run, path: output.name)
        case .file:
            guard let file = output.files.first, file.blob.size <= Self.longestAddress else {
                throw notAnAddress(output)
            }
            let text = String(decoding: try await p.blobs.bytes(file.blob.digest), as: UTF8.self)
            let address = String(text.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
            guard ["models:/", "runs:/", "mlflow-artifacts:/"].contains(where: address.hasPrefix) else {
                throw notAnAddress(output)
            }
            return address
        }
    }

    private func notAnAddress(_ output: StepOutput) -> MartletError {
        MartletError(
            .invalidArgument,
            "the output '\(output.name)' of the step '\(from.step)' is a file without a model's address",
            hint: "write the model_uri that log_model returns to it (models:/m-…), or save an MLflow model folder there"
        )
    }
}
