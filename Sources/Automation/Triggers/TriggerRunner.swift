import Basics
import Ledger
import Logging
import ServiceLifecycle
import Storage

/// Starts what triggers asked for: the second phase, repeated after a crash under the same key, so that there is one run.
struct TriggerRunner: Service {
    let database: Database
    let ledger: Ledger
    let world: World
    let neighbours: Neighbours
    let intake: TriggerIntake
    private let logger = Logger(label: "martlet.triggers")

    /// A failure that may pass is tried so often.
    static let attempts = 8

    init(database: Database, ledger: Ledger, world: World, neighbours: Neighbours) {
        self.database = database
        self.ledger = ledger
        self.world = world
        self.neighbours = neighbours
        intake = TriggerIntake(ledger: ledger, world: world)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let at = try await intake.reader.step()
                    try await step()
                    // Wakes for the end of a run, which lets the next one start; and often enough for schedules.
                    await ledger.waitForEvents(after: at, upTo: .seconds(1))
                    // Events come in bursts; a look at each of them would be a transaction each.
                    try await Task.sleep(for: .milliseconds(20))
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("triggers stand still; trying again", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(1))
                }
            }
        }
    }

    /// Looks at the schedules, then starts what is due. Tests call it instead of waiting.
    func step() async throws {
        let now = world.now()
        try await tick(now)
        let due = try await database.read { tx in try TriggerTable.due(tx, now: now) }
        for intent in due {
            // One run of a pipeline at a time: the next waits here, where later events can join it.
            if try await neighbours.pipelines.isActive(intent.project, intent.pipeline) { continue }
            try await start(intent)
        }
    }

    private func tick(_ now: Timestamp) async throws {
        let scheduled = try await database.read { tx in
            try StoredSpec.all(tx).flatMap(\.triggers).filter { trigger in
                guard case .schedule(let line) = trigger.source else { return false }
                guard let since = try TriggerTable.state(tx, trigger.name).checkedUntil else { return true }
                return try CronLine(line).next(after: since).map { $0 <= now } ?? false
            }
        }
        let intake = intake
        for trigger in scheduled {
            try await database.write { tx in try intake.tick(trigger, tx, now: now) }
        }
    }

    private func start(_ intent: TriggerIntent) async throws {
        do {
            let run = try await neighbours.pipelines.start(intent.request)
            try await database.write { tx in
                guard try TriggerTable.finish(tx, id: intent.id, .started, run: run, error: nil) else { return }
                var state = try TriggerTable.state(tx, intent.trigger)
                state.lastRun = run
                try TriggerTable.save(tx, intent.trigger, state)
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            try await failed(intent, MartletError(wrapping: error))
        }
    }

    private func failed(_ intent: TriggerIntent, _ error: MartletError) async throws {
        if error.code == .cancelled { throw CancellationError() }
        logger.warning(
            "a triggered run could not be started",
            metadata: ["trigger": "\(intent.trigger)", "error": "\(error)"]
        )
        let isFinal = !error.isRetryable || intent.attempts + 1 >= Self.attempts
        let until = world.now() + .seconds(1 << min(intent.attempts, 8))
        let ledger = ledger
        try await database.write { tx in
            guard isFinal else {
                return try TriggerTable.postpone(tx, id: intent.id, until: until, error: error.message)
            }
            guard try TriggerTable.finish(tx, id: intent.id, .failed, run: nil, error: error.message) else { return }
            let reason = "the run could not be started: \(error.message)"
            var state = try TriggerTable.state(tx, intent.trigger)
            state.lastSkip = reason
            try TriggerTable.save(tx, intent.trigger, state)
            try ledger.append(
                tx,
                kind: "trigger.skipped",
                subject: "pipeline:\(intent.project)/\(intent.pipeline)",
                actor: "trigger:\(intent.trigger)",
                payload: [
                    "trigger": .string(intent.trigger), "project": .string(intent.project),
                    "pipeline": .string(intent.pipeline), "event": JSON(intent.eventSequence),
                    "reason": .string(reason),
                ],
                eventTime: intent.eventTime
            )
        }
    }
}
