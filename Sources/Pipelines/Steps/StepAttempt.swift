import Basics
import Ledger
import Storage
import Workers

/// One attempt at a step that is a command or a function: from its place in the machine to its outputs in the store.
struct StepAttempt: Sendable {
    let context: RunContext
    let step: StepSpec
    let number: Int

    var p: Pipelines { context.pipelines }
    var run: PipelineRun { context.run }
    var address: String { context.address(step.name, number) }

    /// What an attempt is known by while it runs.
    struct Ticket: Sendable {
        let folder: AttemptFolder
        /// The fencing token: only the attempt whose epoch is the step's current one may leave outputs.
        let epoch: Int64
        let key: String
        let lock: String
        let mlflowRun: String?
        let started: Timestamp
    }

    /// Runs it, or lets an earlier result stand for it.
    func run() async throws -> RunMachine.Outcome {
        let inputs = try await context.inputs(of: step)
        let python = try await context.environment()
        let params = run.params(of: step)
        let key = StepCache.key(step, params: params, code: context.tree.digest, inputs: inputs, lock: python.lock)
        let cache = StepCache(context: context)
        if step.cache, number == 1, let entry = try await cache.find(key) {
            try await cache.use(entry, for: step)
            return .cached
        }
        let share = p.pool.share(step.resources.cpu, step.resources.memory)
        guard try await acquire(share.cpu, share.memory) else { return .cancelled }
        defer { p.pool.release(share.cpu, share.memory) }
        guard let ticket = try await begin(key: key, lock: python.lock) else { return .cancelled }
        let spec = try await prepare(ticket, inputs, python, params)
        return try await supervise(ticket, spec, inputs)
    }

    /// Finds an attempt again that was running when the server went away.
    func resume() async throws -> RunMachine.Outcome {
        let (id, name, attempt) = (run.id, step.name, number)
        let found = try await p.database.read { tx -> Ticket? in
            guard let row = try RunTable.attempt(tx, id, name, attempt) else { return nil }
            let state = try tx.row(
                "SELECT mlflow_run, environment FROM pipeline_steps WHERE run = $1 AND name = $2",
                id,
                name
            )
            return Ticket(
                folder: AttemptFolder(try row.text("folder")),
                epoch: try row.int("epoch"),
                key: try row.text("cache_key"),
                lock: state?.textOrNil("environment") ?? "",
                mlflowRun: state?.textOrNil("mlflow_run"),
                started: try row.timestamp("started")
            )
        }
        guard let ticket = found else { return .lost }
        let share = p.pool.share(step.resources.cpu, step.resources.memory)
        // It has its cores already.
        p.pool.claim(share.cpu, share.memory)
        defer { p.pool.release(share.cpu, share.memory) }
        let inputs = try await context.inputs(of: step)
        switch try await p.supervisor.find(ticket.folder) {
        case .neverStarted:
            let python = try await context.environment()
            let spec: SupervisorSpec
            if FileIO.size(ticket.folder.spec) != nil {
                // All was ready, and maybe a supervisor is just starting: a second one finds the first one's claim and goes.
                spec = supervisorSpec(ticket, python, run.params(of: step))
            } else {
                try await blocking { ticket.folder.remove() }
                spec = try await prepare(ticket, inputs, python, run.params(of: step))
            }
            return try await supervise(ticket, spec, inputs)
        case .running(let process):
            try await p.database.write { tx in
                try p.ledger.append(
                    tx,
                    kind: "step.reattached",
                    subject: address,
                    actor: "server",
                    payload: ["pipeline": .string(run.pipeline), "step": .string(step.name), "attempt": JSON(number)],
                    eventTime: run.eventTime
                )
            }
            return try await conclude(ticket, p.supervisor.wait(ticket.folder, process), inputs)
        case let over: return try await conclude(ticket, over, inputs)
        }
    }

    /// Waits for its share of the machine; `false` where the run was cancelled first.
    private func acquire(_ cpu: Double, _ memory: Int64) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await p.pool.acquire(cpu, memory)
                return true
            }
            group.addTask {
                while true {
                    let count = p.wake.count(run.id)
                    if try await p.run(run.id).isCancelRequested { return false }
                    await p.wake.wait(run.id, after: count, upTo: .seconds(60))
                    try Task.checkCancellation()
                }
            }
            let isGiven = try await group.next() ?? false
            group.cancelAll()
            // Both may have happened: then the share goes back.
            while let other = await group.nextResult() {
                if !isGiven, case .success(true) = other { p.pool.release(cpu, memory) }
            }
            return isGiven
        }
    }

    /// Records that the attempt begins; `nil` where the run was cancelled meanwhile.
    private func begin(key: String, lock: String) async throws -> Ticket? {
        let started = p.world.now()
        var tags = [
            "mlflow.source.name": step.name, "mlflow.source.type": "JOB", "martlet.pipeline_run": run.id,
            "martlet.step": step.name, "martlet.attempt": String(number), "mlflow.user": run.actor,
        ]
        tags["mlflow.parentRunId"] = try await p.run(run.id).mlflowRun
        tags["mlflow.source.git.commit"] = run.code.commit
        let tracked = try await p.tracker.createRun(
            experiment: run.project,
            name: number == 1 ? step.name : "\(step.name) (attempt \(number))",
            tags: tags,
            start: started,
            actor: "pipeline:\(run.id)"
        )
        let folder = "\(p.settings.folder)/\(run.id)-\(step.name)-\(number)"
        let epoch = try await p.database.write { tx -> Int64? in
            guard try !RunTable.isCancelled(tx, run.id) else { return nil }
            let row = try tx.row(
                """
                UPDATE pipeline_steps SET phase = 'running', attempt = $1, epoch = epoch + 1, started = $2, finished = NULL,
                    mlflow_run = $3, environment = $4
                WHERE run = $5 AND name = $6 AND phase IN ('pending', 'queued') RETURNING epoch
                """,
                number,
                started,
                tracked,
                lock,
                run.id,
                step.name
            )
            guard let epoch = try row?.int("epoch") else { return nil }
            try tx.execute(
                """
                INSERT INTO pipeline_attempts (run, step, attempt, epoch, folder, cache_key, started)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                run.id,
                step.name,
                number,
                epoch,
                folder,
                key,
                started
            )
            try p.ledger.append(
                tx,
                kind: "step.started",
                subject: address,
                actor: "pipeline:\(run.id)",
                payload: ["pipeline": .string(run.pipeline), "step": .string(step.name), "attempt": JSON(number)],
                eventTime: run.eventTime
            )
            return epoch
        }
        guard let epoch else {
            try await p.tracker.finish(run: tracked, as: .killed, at: started)
            return nil
        }
        return Ticket(
            folder: AttemptFolder(folder),
            epoch: epoch,
            key: key,
            lock: lock,
            mlflowRun: tracked,
            started: started
        )
    }

    private func supervise(_ ticket: Ticket, _ spec: SupervisorSpec, _ inputs: [RunContext.Input]) async throws
        -> RunMachine.Outcome
    {
        if try await p.run(run.id).isCancelRequested {
            let now = p.world.now()
            let exit = SupervisedExit(reason: .revoked, message: "cancelled before it began", started: now, ended: now)
            return try await conclude(ticket, .ended(exit), inputs)
        }
        let process = try await p.supervisor.start(spec, in: ticket.folder)
        return try await conclude(ticket, p.supervisor.wait(ticket.folder, process), inputs)
    }
}
