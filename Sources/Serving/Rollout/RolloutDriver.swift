import Basics
import Ledger
import Logging
import Storage
import Workers

extension Serving {
    /// Does what the machines decide, one message after the other, until the task is cancelled.
    func reconcile() async {
        var driver = RolloutDriver(serving: self)
        board.wake()
        while !Task.isCancelled {
            // Another server on the same store may have changed the table: looked at now and then without being told.
            var messages = await board.messages(upTo: .seconds(15))
            if messages.isEmpty { messages = [.changed] }
            for message in messages where !Task.isCancelled { await driver.handle(message) }
        }
    }
}

/// One machine a deployment, and the hands that do what they decide.
struct RolloutDriver {
    private let serving: Serving
    private var machines: [String: RolloutMachine] = [:]
    /// Variants by deployment and generation, from their start until they are drained.
    private var variants: [String: [Int64: Variant]] = [:]
    private var seconds: [String: [Int64: Double]] = [:]

    init(serving: Serving) { self.serving = serving }

    mutating func handle(_ message: DeploymentBoard.Message) async {
        switch message {
        case .changed: await look()
        case .started(let name, let variant, let seconds):
            variants[name, default: [:]][variant.target.generation] = variant
            self.seconds[name, default: [:]][variant.target.generation] = seconds
            await feed(name, .started(generation: variant.target.generation))
        case .event(let name, let event): await feed(name, event)
        }
    }

    private mutating func look() async {
        do {
            for deployment in try await serving.deployments() {
                let isNew = machines[deployment.name] == nil
                await feed(
                    deployment.name,
                    isNew
                        ? .restored(
                            wanted: deployment.wanted,
                            served: deployment.served,
                            hasFailed: deployment.status == .failed
                        ) : .wanted(deployment.wanted)
                )
            }
        } catch {
            serving.logger.error("the deployments could not be read", metadata: ["error": "\(error)"])
        }
    }

    private mutating func feed(_ name: String, _ event: RolloutMachine.Event) async {
        let actions = machines[name, default: RolloutMachine()].handle(event)
        for action in actions { await perform(action, name) }
    }

    private mutating func perform(_ action: RolloutMachine.Action, _ name: String) async {
        let serving = serving
        switch action {
        case .start(let target):
            _ = serving.board.make(name)
            _ = serving.host.start { await serving.start(name, target) }
        case .route(let target):
            guard let variant = variants[name]?[target.generation] else { return }
            serving.board.make(name).route(to: variant)
            await serving.noteReady(name, target, seconds: seconds[name]?[target.generation] ?? 0)
        case .drain(let generation):
            guard let variant = variants[name]?.removeValue(forKey: generation) else { return }
            let live = serving.board.make(name)
            _ = serving.host.start {
                await variant.drained()
                variant.pool.stop()
                live.forget(variant)
            }
        case .abandon(let generation):
            // One that is still loading comes back as `started` and is abandoned then.
            variants[name]?.removeValue(forKey: generation)?.pool.stop()
        case .noteFailure(let target, let reason): await serving.noteFailure(name, target, reason)
        case .pause(let generation, let tries):
            _ = serving.host.start {
                try? await Task.sleep(for: .seconds(min(600, 5 << min(tries, 7))))
                serving.board.post(.event(name, .pauseOver(generation: generation)))
            }
        }
    }
}

extension Serving {
    /// Starts a generation's workers and keeps them until their pool is stopped; tells the driver how it went.
    func start(_ name: String, _ target: Deployment.Target) async {
        let begin = ContinuousClock.now
        do {
            let folder = try await models.folder(model: target.model, version: target.version)
            let pool = ModelWorkerPool(
                name: "model:\(target.address)",
                folder: folder,
                zygote: zygote,
                options: ModelWorkerOptions(
                    workers: target.spec.workers,
                    threads: target.spec.threads,
                    timeout: target.spec.timeout,
                    maxQueue: target.spec.maxQueue,
                    memory: target.spec.memory
                ),
                logger: logger
            )
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await pool.run() }
                group.addTask {
                    do {
                        let description = try await pool.ready()
                        if let warning = description.warning {
                            self.logger.notice(
                                "a model was not warmed",
                                metadata: ["model": "\(target.address)", "why": "\(warning)"]
                            )
                        }
                        let variant = Variant(target: target, pool: pool, schema: InputSchema(description))
                        self.board.post(.started(name, variant, seconds: (ContinuousClock.now - begin).seconds))
                    } catch {
                        pool.stop()
                        self.tellFailure(name, target, error)
                    }
                }
                await group.waitForAll()
            }
        } catch {
            tellFailure(name, target, error)
        }
    }

    private func tellFailure(_ name: String, _ target: Deployment.Target, _ error: any Error) {
        let problem = MartletError(wrapping: error)
        logger.error(
            "a deployment's new version could not be started",
            metadata: ["deployment": "\(name)", "model": "\(target.address)", "error": "\(problem)"]
        )
        let reason = problem.hint.map { "\(problem.message) (\($0))" } ?? problem.message
        board.post(.event(name, .failed(generation: target.generation, reason: reason)))
    }

    func noteReady(_ name: String, _ target: Deployment.Target, seconds: Double) async {
        await note(name) { [ledger] tx in
            guard try DeploymentTable.serves(name, target, tx) else { return }
            try ledger.append(
                tx,
                kind: "deployment.ready",
                subject: "deployment:\(name)",
                actor: "server",
                payload: [
                    "deployment": .string(name), "model": .string(target.model), "version": JSON(target.version),
                    "seconds": .double(seconds),
                ]
            )
        }
    }

    func noteFailure(_ name: String, _ target: Deployment.Target, _ reason: String) async {
        await note(name) { [ledger] tx in
            guard try DeploymentTable.failed(name, generation: target.generation, problem: reason, tx) else { return }
            try ledger.append(
                tx,
                kind: "deployment.failed",
                subject: "deployment:\(name)",
                actor: "server",
                payload: [
                    "deployment": .string(name), "model": .string(target.model), "version": JSON(target.version),
                    "reason": .string(reason),
                ]
            )
        }
    }

    private func note(_ name: String, _ body: @escaping @Sendable (Transaction) throws -> Void) async {
        for pause in [1, 2, 4, 8, 0] {
            do {
                return try await database.write(body)
            } catch {
                logger.error(
                    "a deployment's state could not be stored",
                    metadata: ["deployment": "\(name)", "error": "\(error)"]
                )
                try? await Task.sleep(for: .seconds(pause))
            }
        }
    }
}
