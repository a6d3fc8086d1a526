import Basics
import Ledger
import Logging
import ServiceLifecycle
import Storage

/// Takes promotions one after the other, measures, and has them decided. A crash in the middle leaves the row pending: it is
/// evaluated again and decided once.
struct PromotionRunner: Service {
    let database: Database
    let ledger: Ledger
    let world: World
    let neighbours: Neighbours
    let promoter: Promoter
    let intake: PromotionIntake
    private let logger = Logger(label: "martlet.promotion")

    /// A failure that may pass is tried so often; then the version is refused with what went wrong.
    static let attempts = 5

    init(database: Database, ledger: Ledger, world: World, neighbours: Neighbours, promoter: Promoter) {
        self.database = database
        self.ledger = ledger
        self.world = world
        self.neighbours = neighbours
        self.promoter = promoter
        intake = PromotionIntake(ledger: ledger, world: world)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let at = try await intake.reader.step()
                    if try await step() { continue }
                    await ledger.waitForEvents(after: at, upTo: .seconds(5))
                    // Events come in bursts; a look at each of them would be a transaction each.
                    try await Task.sleep(for: .milliseconds(20))
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("promotion stands still; trying again", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(1))
                }
            }
        }
    }

    /// Decides the promotion that is next, if there is one. Tests call it instead of waiting.
    func step() async throws -> Bool {
        let now = world.now()
        let found = try await database.read { tx -> (Promotion, ModelSpec?)? in
            guard let promotion = try PromotionTable.next(tx, now: now) else { return nil }
            return (promotion, try StoredSpec.model(tx, named: promotion.model)?.model)
        }
        guard let (promotion, model) = found else { return false }
        do {
            try await decide(promotion, model ?? ModelSpec(name: promotion.model))
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            try await failed(promotion, model ?? ModelSpec(name: promotion.model), MartletError(wrapping: error))
        }
        return true
    }

    private func decide(_ promotion: Promotion, _ model: ModelSpec) async throws {
        guard let policy = model.promote else {
            throw MartletError(
                .conflict,
                "no gates are declared for model '\(promotion.model)'",
                hint: "add models.\(promotion.model).promote to martlet.yaml and apply it"
            )
        }
        let neighbours = neighbours
        let champion = try await database.read { tx in
            try neighbours.models.aliased(tx, promotion.model, Alias.champion)
        }
        guard champion != promotion.version else {
            throw MartletError(.conflict, "version \(promotion.version) is the champion already")
        }
        let evaluation = Evaluation(neighbours: neighbours)
        let evaluated = try await evaluation.run(promotion, policy: policy, champion: champion)
        let needsApproval = policy.approval != nil
        // What the new champion will be compared with is there before its first prediction.
        if evaluated.judgement.isPassed { try await setReference(promotion, model, scores: evaluated.scores) }
        let verdict = Promoter.Verdict(
            judgement: evaluated.judgement,
            evidence: evaluated.evidence,
            policy: policy,
            actor: promotion.isAutomatic ? "policy:\(model.name)" : promotion.requestedBy,
            needsApproval: needsApproval,
            champion: champion
        )
        let outcome = try await promoter.settle(promotion, model: model, verdict)
        logger.info(
            "promotion evaluated",
            metadata: ["model": "\(model.name)", "version": "\(promotion.version)", "outcome": "\(outcome.word)"]
        )
    }

    private func setReference(_ promotion: Promotion, _ model: ModelSpec, scores: [Double]) async throws {
        guard let deployment = model.deployment, let reference = model.reference, let run = promotion.pipelineRun
        else { return }
        try await neighbours.monitoring.setReference(
            ReferenceRequest(
                deployment: deployment,
                model: model.name,
                version: promotion.version,
                files: try await neighbours.pipelines.files(run, reference),
                scores: scores
            )
        )
    }

    private func failed(_ promotion: Promotion, _ model: ModelSpec, _ error: MartletError) async throws {
        if error.code == .cancelled { throw CancellationError() }
        logger.warning(
            "a promotion could not be evaluated",
            metadata: ["model": "\(model.name)", "version": "\(promotion.version)", "error": "\(error)"]
        )
        if error.isRetryable, promotion.attempts + 1 < Self.attempts {
            let until = world.now() + .seconds(1 << promotion.attempts)
            let text = error.message
            return try await database.write { tx in
                try PromotionTable.postpone(tx, id: promotion.id, until: until, error: text)
            }
        }
        let neighbours = neighbours
        let champion = try await database.read { tx in
            try neighbours.models.aliased(tx, promotion.model, Alias.champion)
        }
        let check = GateCheck(
            name: "evaluation",
            kind: .evaluation,
            passed: false,
            message:
                "version \(promotion.version) could not be evaluated: \(error.message)\(error.hint.map { " (\($0))" } ?? "")"
        )
        _ = try await promoter.settle(
            promotion,
            model: model,
            Promoter.Verdict(
                judgement: Judgement(check),
                policy: model.promote,
                actor: promotion.isAutomatic ? "policy:\(model.name)" : promotion.requestedBy,
                champion: champion
            )
        )
    }
}

extension Promoter.Outcome {
    /// For the log.
    var word: String {
        switch self {
        case .settled(let promotion): promotion.decision?.rawValue ?? promotion.state.rawValue
        case .alreadySettled: "already decided"
        case .stale: "the champion changed; again"
        }
    }
}
