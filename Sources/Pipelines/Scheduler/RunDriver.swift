import Basics
import Ledger
import Storage

/// Drives one run from wherever it stands to its end: it feeds the state machine and does what the machine says.
struct RunDriver: Sendable {
    let pipelines: Pipelines
    let id: String

    func drive() async throws {
        var run = try await pipelines.run(id)
        guard !run.status.isFinal else { return }
        run = try await begin(run)
        guard let inputs = try await datasets(run) else { return }
        run = try await pipelines.run(id)
        var machine = RunMachine(steps: zip(run.spec.steps, run.steps).map(RunMachine.Step.init))
        // What the tasks of this run share; nothing in it changes any more.
        let context = RunContext(pipelines: pipelines, run: run, datasets: inputs, tree: try await codeTree(run))
        try await withThrowingTaskGroup(of: RunMachine.Event?.self) { group in
            group.addTask { await waitForCancel() }
            perform(machine.handle(.begin), of: context, &group)
            while !machine.isFinished, let event = try await group.next() {
                guard let event else { continue }
                let actions = machine.handle(event)
                try await record(actions, context, machine)
                perform(actions, of: context, &group)
            }
            group.cancelAll()
        }
        // A run that was over in all its steps before a crash came has no event left to tell its end.
        if machine.isFinished { try await finish(context, machine) }
    }

    private func begin(_ run: PipelineRun) async throws -> PipelineRun {
        let p = pipelines
        let now = p.world.now()
        if run.mlflowRun == nil {
            var tags = [
                "mlflow.source.name": "\(run.project)/\(run.pipeline)", "mlflow.source.type": "PROJECT",
                "mlflow.user": run.actor, "martlet.pipeline_run": run.id,
            ]
            tags["mlflow.source.git.commit"] = run.code.commit
            tags["mlflow.source.git.branch"] = run.code.branch
            let tracked = try await p.tracker.createRun(
                experiment: run.project,
                name: "\(run.pipeline) #\(run.number)",
                tags: tags,
                start: now,
                actor: "pipeline:\(run.id)"
            )
            try await p.database.write { tx in
                try tx.execute("UPDATE pipeline_runs SET mlflow_run = $1 WHERE id = $2", tracked, run.id)
            }
            var params: [String: String] = [:]
            for step in run.spec.steps {
                for (name, value) in run.params(of: step) where params.count < 100 {
                    params["\(step.name).\(name)"] = String(StepEnvironment.text(value).prefix(500))
                }
            }
            if !params.isEmpty { try await p.tracker.log(run: tracked, params: params, metrics: [:], at: now) }
        }
        return try await p.database.write { tx in
            try tx.execute(
                "UPDATE pipeline_runs SET started = COALESCE(started, $1), status = CASE status WHEN 'queued' THEN 'running' ELSE status END WHERE id = $2",
                now,
                run.id
            )
            return try RunTable.run(tx, run.id)
        }
    }

    /// The dataset versions that the run uses, pinned once; `nil` where the run ended because it may not use them.
    private func datasets(_ run: PipelineRun) async throws -> [String: PinnedDataset]? {
        let p = pipelines
        var isFirst = true
        while true {
            try Task.checkCancellation()
            let head = try await p.ledger.head()
            let run = try await p.run(id)
            var found: [String: PinnedDataset] = [:]
            var waiting: [String] = []
            var refused: [String] = []
            for (name, fixed) in run.spec.datasets {
                do {
                    guard let input = try await p.datasets.version(of: name, version: fixed ?? run.pins[name]) else {
                        refused.append(
                            "the dataset '\(name)' has no version\((fixed ?? run.pins[name]).map { " \($0)" } ?? " yet")"
                        )
                        continue
                    }
                    found[fixed.map { "\(name)@\($0)" } ?? name] = input
                    switch input.status {
                    case .accepted: break
                    case .waiting(let why): waiting.append("\(input.address) waits for a decision: \(why)")
                    case .rejected(let why): refused.append("\(input.address) was rejected: \(why)")
                    }
                } catch let error as MartletError where error.code == .notFound {
                    refused.append(error.message)
                }
            }
            if isFirst { try await pin(run, found) }
            isFirst = false
            if run.isCancelRequested || (refused.isEmpty && waiting.isEmpty) {
                try await setWaiting(run, nil)
                return found
            }
            if !refused.isEmpty {
                try await refuse(run, refused.joined(separator: "; "))
                return nil
            }
            try await setWaiting(run, waiting.joined(separator: "; "))
            await p.ledger.waitForEvents(after: head, upTo: .seconds(5))
        }
    }

    private func pin(_ run: PipelineRun, _ found: [String: PinnedDataset]) async throws {
        var pins = run.pins
        for (name, input) in found where pins[name] == nil && !name.contains("@") { pins[name] = input.version }
        guard pins != run.pins else { return }
        let text = JSON.object(JSONObject(pins.sorted { $0.key < $1.key }.map { ($0.key, JSON($0.value)) }))
        try await pipelines.database.write { tx in
            try tx.execute("UPDATE pipeline_runs SET pins = $1 WHERE id = $2", text, run.id)
        }
    }

    /// Records what the run waits for, or that it goes on.
    private func setWaiting(_ run: PipelineRun, _ reason: String?) async throws {
        let status: PipelineRun.Status = reason == nil ? .running : .waiting
        guard run.status != status || run.error != reason else { return }
        let p = pipelines
        try await p.database.write { tx in
            try tx.execute(
                "UPDATE pipeline_runs SET status = $1, error = $2 WHERE id = $3",
                status.rawValue,
                reason,
                run.id
            )
            guard run.status != status else { return }
            try p.ledger.append(
                tx,
                kind: reason == nil ? "pipeline_run.continued" : "pipeline_run.waiting",
                subject: run.address,
                actor: "server",
                payload: ["pipeline": .string(run.pipeline), "project": .string(run.project), "reason": JSON(reason)],
                eventTime: run.eventTime
            )
        }
    }

    private func refuse(_ run: PipelineRun, _ reason: String) async throws {
        let steps = zip(run.spec.steps, run.steps).map(RunMachine.Step.init)
        try await end(run, .failed, steps.map { ($0.name, .skipped) }, reason: reason)
    }

    private func codeTree(_ run: PipelineRun) async throws -> (digest: String, tree: FileTree) {
        guard let digest = run.code.digest else {
            let empty = try FileTree(files: [])
            return (Digest.sha256(empty.manifest.canonicalBytes()), empty)
        }
        guard let snapshot = try await pipelines.code.find(digest) else {
            throw MartletError(.dataLoss, "the code \(digest) of the run \(run.id) is missing")
        }
        return (snapshot.tree, try await pipelines.blobs.tree(snapshot.tree))
    }

    private func waitForCancel() async -> RunMachine.Event? {
        while !Task.isCancelled {
            let count = pipelines.wake.count(id)
            if let run = try? await pipelines.run(id), run.isCancelRequested { return .cancel }
            await pipelines.wake.wait(id, after: count, upTo: .seconds(60))
        }
        return nil
    }

    private func perform(
        _ actions: [RunMachine.Action],
        of context: RunContext,
        _ group: inout ThrowingTaskGroup<RunMachine.Event?, any Error>
    ) {
        for action in actions {
            switch action {
            case .run(let name, let attempt):
                group.addTask { try await context.attempt(name, attempt, resumed: false) }
            case .resume(let name, let attempt):
                group.addTask { try await context.attempt(name, attempt, resumed: true) }
            case .pause(let name, let failures):
                let base = pipelines.settings.backoff
                group.addTask {
                    try await Task.sleep(for: min(base * (1 << min(failures - 1, 10)), .seconds(60)))
                    return .retryDue(name)
                }
            case .revoke(let name):
                group.addTask {
                    try await context.revoke(name)
                    return nil
                }
            case .drop, .finish: break
            }
        }
    }

    /// Makes durable what the machine decided beside the attempts themselves, which record their own end.
    private func record(_ actions: [RunMachine.Action], _ context: RunContext, _ machine: RunMachine) async throws {
        let dropped = actions.compactMap { action -> (String, RunMachine.Phase)? in
            if case .drop(let name, let phase) = action { (name, phase) } else { nil }
        }
        guard !dropped.isEmpty, !machine.isFinished else { return }
        let now = pipelines.world.now()
        try await pipelines.database.write { tx in try Self.drop(tx, context.run.id, dropped, now) }
    }

    private static func drop(
        _ tx: Transaction,
        _ run: String,
        _ dropped: [(String, RunMachine.Phase)],
        _ now: Timestamp
    ) throws {
        for (name, phase) in dropped {
            try tx.execute(
                """
                UPDATE pipeline_steps SET phase = $1, finished = COALESCE(finished, $2)
                WHERE run = $3 AND name = $4 AND phase IN ('pending', 'queued')
                """,
                phase.rawValue,
                now,
                run,
                name
            )
        }
    }

    private func finish(_ context: RunContext, _ machine: RunMachine) async throws {
        let status: PipelineRun.Status =
            machine.steps.allSatisfy(\.phase.isGood) ? .succeeded : machine.isCancelled ? .cancelled : .failed
        let run = try await pipelines.run(context.run.id)
        let failed = run.steps.first { $0.status == "failed" }
        let reason = status == .failed ? failed.map { "the step '\($0.name)' failed: \($0.error ?? "")" } : nil
        try await end(run, status, machine.steps.map { ($0.name, $0.phase) }, reason: reason)
    }

    private func end(
        _ run: PipelineRun,
        _ status: PipelineRun.Status,
        _ phases: [(String, RunMachine.Phase)],
        reason: String?
    ) async throws {
        let p = pipelines
        let now = p.world.now()
        if let tracked = run.mlflowRun {
            let trackedStatus: TrackedStatus =
                status == .succeeded ? .finished : status == .cancelled ? .killed : .failed
            try await p.tracker.finish(run: tracked, as: trackedStatus, at: now)
        }
        try await p.database.write { tx in
            try Self.drop(tx, run.id, phases.filter { $0.1.isFinal }, now)
            let changed = try tx.execute(
                """
                UPDATE pipeline_runs SET status = $1, finished = $2, error = $3
                WHERE id = $4 AND status IN ('queued', 'running', 'waiting')
                """,
                status.rawValue,
                now,
                reason,
                run.id
            )
            guard changed == 1 else { return }
            let steps = try RunTable.steps(tx, run.id)
            try p.ledger.append(
                tx,
                kind: "pipeline_run.finished",
                subject: run.address,
                actor: "pipeline:\(run.id)",
                payload: [
                    "pipeline": .string(run.pipeline), "project": .string(run.project), "number": JSON(run.number),
                    "status": .string(status.rawValue), "seconds": .double((now - (run.started ?? now)).seconds),
                    "steps": JSON(steps.count), "cached_steps": JSON(steps.count { $0.status == "cached" }),
                    "error": JSON(reason),
                ],
                eventTime: run.eventTime
            )
        }
    }
}

extension RunMachine.Step {
    /// A step as it was stored.
    init(_ spec: StepSpec, _ state: StepRun) {
        self.init(
            name: spec.name,
            needs: spec.dependencies,
            retries: spec.retries,
            phase: RunMachine.Phase(rawValue: state.status) ?? .pending,
            attempt: state.attempt,
            failures: state.failures,
            losses: state.losses
        )
    }
}
