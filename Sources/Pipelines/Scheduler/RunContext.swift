import Basics
import Ledger
import Storage
import Workers

/// What all attempts of a run share: the run as it began, the dataset versions, the code.
struct RunContext: Sendable {
    let pipelines: Pipelines
    let run: PipelineRun
    let datasets: [String: PinnedDataset]
    let tree: (digest: String, tree: FileTree)

    /// Makes one attempt at a step, and tells how it went.
    func attempt(_ name: String, _ attempt: Int, resumed: Bool) async throws -> RunMachine.Event? {
        guard let step = run.spec.step(name) else { return .finished(name, .failed(isFinal: true)) }
        let outcome: RunMachine.Outcome
        do {
            if case .register(let model, let from) = step.action {
                outcome = try await RegisterAttempt(
                    context: self,
                    step: step,
                    number: attempt,
                    model: model,
                    from: from
                ).run()
            } else {
                let work = StepAttempt(context: self, step: step, number: attempt)
                outcome = resumed ? try await work.resume() : try await work.run()
            }
        } catch let error as MartletError where Self.isStepsOwn(error) {
            // A mistake of the project, such as a lock that cannot be installed: the step fails and the run tells why.
            try await fail(step, attempt, error.description)
            outcome = .failed(isFinal: true)
        }
        return .finished(name, outcome)
    }

    private static func isStepsOwn(_ error: MartletError) -> Bool {
        switch error.code {
        case .invalidArgument, .notFound, .tooLarge, .conflict, .alreadyExists, .unimplemented, .permissionDenied: true
        case .unavailable: true
        case .unauthenticated, .exhausted, .deadlineExceeded, .dataLoss, .cancelled, .internalError: false
        }
    }

    /// Gives the running attempt of a step up.
    func revoke(_ name: String) async throws {
        let id = run.id
        let folder = try await pipelines.database.read { tx in
            try tx.row(
                "SELECT folder FROM pipeline_attempts WHERE run = $1 AND step = $2 AND finished IS NULL ORDER BY attempt DESC",
                id,
                name
            )?.text("folder")
        }
        if let folder { try await pipelines.supervisor.revoke(AttemptFolder(folder), reason: "cancelled") }
    }

    /// The address of an attempt.
    func address(_ step: String, _ attempt: Int) -> String { "step:\(run.id)/\(step)/\(attempt)" }

    /// Records a step that failed before there was an attempt of it.
    func fail(_ step: StepSpec, _ attempt: Int, _ error: String) async throws {
        let (p, run) = (pipelines, run)
        let address = address(step.name, attempt)
        try await p.database.write { tx in
            let now = p.world.now()
            let changed = try tx.execute(
                """
                UPDATE pipeline_steps SET phase = 'failed', attempt = $1, failures = failures + 1, error = $2,
                    started = COALESCE(started, $3), finished = $3
                WHERE run = $4 AND name = $5 AND phase IN ('pending', 'queued', 'running')
                """,
                attempt,
                error,
                now,
                run.id,
                step.name
            )
            guard changed == 1 else { return }
            try tx.execute(
                "UPDATE pipeline_attempts SET finished = $1, outcome = 'failed' WHERE run = $2 AND step = $3 AND finished IS NULL",
                now,
                run.id,
                step.name
            )
            try p.ledger.append(
                tx,
                kind: "step.finished",
                subject: address,
                actor: "pipeline:\(run.id)",
                payload: [
                    "pipeline": .string(run.pipeline), "step": .string(step.name), "attempt": JSON(attempt),
                    "status": "failed", "cached": false, "error": .string(error),
                ],
                eventTime: run.eventTime
            )
        }
    }

    /// An input of a step, found.
    struct Input: Sendable {
        let name: String
        /// Where it comes from: `dataset:flights@5`, or the attempt that made it.
        let address: String
        let isDataset: Bool
        /// What its content is: part of the cache key.
        let digest: String
        let isFile: Bool
        let files: [FileTree.File]
    }

    /// The inputs of a step, all of which are there by now.
    func inputs(of step: StepSpec) async throws -> [Input] {
        let now = try await pipelines.run(run.id)
        var found: [Input] = []
        for (name, source) in step.inputs {
            switch source {
            case .dataset(let dataset, let version):
                guard let input = datasets[version.map { "\(dataset)@\($0)" } ?? dataset] else {
                    throw MartletError(.notFound, "the dataset '\(dataset)' has no version yet")
                }
                found.append(
                    Input(
                        name: name,
                        address: input.address,
                        isDataset: true,
                        digest: input.digest,
                        isFile: false,
                        files: input.files
                    )
                )
            case .output(let reference):
                let output = try await pipelines.output(of: now, step: reference.step, name: reference.output)
                let origin = now.steps.first { $0.name == reference.step }?.origin
                found.append(
                    Input(
                        name: name,
                        address: origin ?? address(reference.step, 1),
                        isDataset: false,
                        digest: output.digest,
                        isFile: output.kind == .file,
                        files: output.files
                    )
                )
            }
        }
        return found
    }

    /// The environment that the project's code asks for.
    func environment() async throws -> PythonEnvironment {
        var files: [String: [UInt8]] = [:]
        for file in tree.tree.files where EnvironmentLock.names.contains(file.path) {
            files[file.path] = try await pipelines.blobs.bytes(file.blob.digest)
        }
        return try await pipelines.environments.environment(for: EnvironmentLock(files: files))
    }
}
