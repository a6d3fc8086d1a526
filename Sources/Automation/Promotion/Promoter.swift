import Basics
import Ledger
import Storage

/// Writes decisions: row, document, event, lineage, tags, aliases and deployment in one transaction, once.
struct Promoter: Sendable {
    let database: Database
    let ledger: Ledger
    let blobs: BlobStore
    let world: World
    let neighbours: Neighbours

    /// What became of an attempt to decide.
    enum Outcome: Sendable, Hashable {
        /// It is written.
        case settled(Promotion)
        /// Somebody else was first.
        case alreadySettled
        /// The champion changed since it was measured: evaluate again.
        case stale
    }

    /// What is to be written.
    struct Verdict: Sendable {
        var judgement: Judgement
        var evidence: GateEvidence?
        var policy: PromotionPolicy?
        /// Who decides.
        var actor: String
        /// Whether the gates are overridden.
        var isForced = false
        /// Whether a role still has to sign.
        var needsApproval = false
        /// The champion that it was measured against; not looked at for an override.
        var champion: Int?
    }

    /// Decides a promotion, or has it wait for a signature.
    func settle(_ promotion: Promotion, model: ModelSpec, _ verdict: Verdict) async throws -> Outcome {
        var settled = promotion
        let isPassed = verdict.judgement.isPassed
        let now = world.now()
        settled.state = isPassed && verdict.needsApproval ? .waiting : .decided
        settled.champion = verdict.champion
        settled.decision = settled.state == .waiting ? nil : (isPassed ? .promoted : .refused)
        settled.decidedBy = settled.state == .waiting ? nil : verdict.actor
        settled.decided = settled.state == .waiting ? nil : now
        let summary = verdict.judgement.summary(isForced: verdict.isForced)
        settled.summary =
            settled.state == .waiting ? "waiting for approval; the gates let it through" : summary
        let document = DecisionDocument.build(
            settled,
            policy: verdict.policy,
            evidence: verdict.evidence,
            judgement: verdict.judgement,
            isForced: verdict.isForced
        )
        settled.document = document
        let digest = try await blobs.put(document.canonicalBytes()).digest
        return try await write(settled, from: promotion.state, model: model, verdict.evidence?.holdout, digest, verdict)
    }

    /// Signs a promotion that waits for it: what the gates found stands, unless the champion changed meanwhile.
    func approve(_ promotion: Promotion, model: ModelSpec, actor: String, reason: String?) async throws -> Outcome {
        var settled = promotion
        settled.state = .decided
        settled.decision = .promoted
        settled.decidedBy = actor
        settled.decided = world.now()
        settled.reason = reason ?? promotion.reason
        settled.summary = "promoted: approved by \(actor) after the gates let it through"
        var document = promotion.document ?? [:]
        document["decision"] = .string(Promotion.Decision.promoted.rawValue)
        document["actor"] = .string(actor)
        document["time"] = JSON(settled.decided)
        document["summary"] = JSON(settled.summary)
        document["approval"] = [
            "actor": .string(actor), "role": JSON(model.promote?.approval), "reason": JSON(reason),
            "time": JSON(settled.decided),
        ]
        settled.document = document
        let digest = try await blobs.put(document.canonicalBytes()).digest
        let verdict = Verdict(judgement: Judgement(approvalCheck(actor)), actor: actor, champion: promotion.champion)
        return try await write(settled, from: .waiting, model: model, nil, digest, verdict)
    }

    private func approvalCheck(_ actor: String) -> GateCheck {
        GateCheck(name: "approval", kind: .override, passed: true, message: "approved by \(actor)")
    }

    private func write(
        _ promotion: Promotion,
        from state: Promotion.State,
        model: ModelSpec,
        _ holdout: HoldoutFacts?,
        _ digest: String,
        _ verdict: Verdict
    ) async throws -> Outcome {
        let (ledger, neighbours) = (ledger, neighbours)
        var opened = promotion
        opened.state = state
        return try await database.write { [opened] tx in
            if !verdict.isForced,
                try neighbours.models.aliased(tx, model.name, Alias.champion) != promotion.champion
            {
                try PromotionTable.reopen(tx, id: promotion.id)
                return .stale
            }
            // By force it is asked for and decided at once: the runner never sees it.
            if verdict.isForced { try PromotionTable.insert(tx, opened) }
            guard try PromotionTable.settle(tx, promotion, from: state, digest: digest) else { return .alreadySettled }
            try Self.relate(tx, ledger, promotion, holdout)
            switch promotion.decision {
            case .promoted:
                try Switchover(ledger: ledger, neighbours: neighbours).move(
                    tx,
                    model,
                    to: promotion.version,
                    reason: promotion.summary ?? "promoted",
                    because: promotion.address,
                    actor: verdict.actor,
                    eventTime: promotion.eventTime
                )
            case .refused, nil:
                if promotion.champion != promotion.version {
                    try Self.unlessGone {
                        try neighbours.models.setAlias(
                            tx,
                            model.name,
                            Alias.challenger,
                            promotion.version,
                            verdict.actor
                        )
                    }
                }
            }
            try Self.announce(tx, ledger, neighbours, promotion, digest)
            return .settled(promotion)
        }
    }

    /// A refused version that was deleted meanwhile needs neither alias nor tag; the decision is kept all the same.
    private static func unlessGone(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as MartletError where error.code == .notFound {}
    }

    private static func relate(_ tx: Transaction, _ ledger: Ledger, _ promotion: Promotion, _ holdout: HoldoutFacts?)
        throws
    {
        try ledger.relate(tx, promotion.address, .used, "model:\(promotion.model)/\(promotion.version)")
        if let champion = promotion.champion, champion != promotion.version {
            try ledger.relate(
                tx,
                promotion.address,
                .used,
                "model:\(promotion.model)/\(champion)",
                attributes: ["as": .string(Alias.champion)]
            )
        }
        if let holdout {
            try ledger.relate(
                tx,
                promotion.address,
                .used,
                holdout.address,
                attributes: ["as": "holdout", "digest": .string(holdout.digest), "rows": JSON(holdout.rows)]
            )
        }
        if let actor = promotion.decidedBy { try ledger.relate(tx, promotion.address, .wasAssociatedWith, actor) }
    }

    private static func announce(
        _ tx: Transaction,
        _ ledger: Ledger,
        _ neighbours: Neighbours,
        _ promotion: Promotion,
        _ digest: String
    ) throws {
        var payload: JSON = [
            "promotion": .string(promotion.id), "model": .string(promotion.model), "version": JSON(promotion.version),
            "champion": JSON(promotion.champion), "summary": JSON(promotion.summary), "document": .string(digest),
        ]
        guard let decision = promotion.decision else {
            try ledger.append(
                tx,
                kind: "promotion.waiting",
                subject: promotion.address,
                actor: "server",
                payload: payload,
                eventTime: promotion.eventTime
            )
            return
        }
        try unlessGone {
            try neighbours.models.setTag(tx, promotion.model, promotion.version, Tag.promotion, promotion.id)
            try neighbours.models.setTag(tx, promotion.model, promotion.version, Tag.decision, decision.rawValue)
        }
        payload["decision"] = .string(decision.rawValue)
        payload["checks"] = promotion.document?["checks"] ?? []
        if let metrics = promotion.document?["metrics"] { payload["metrics"] = metrics }
        if promotion.document?["forced"]?.bool == true { payload["forced"] = true }
        try ledger.append(
            tx,
            kind: "promotion.decided",
            subject: promotion.address,
            actor: promotion.decidedBy ?? "server",
            payload: payload,
            eventTime: promotion.eventTime
        )
    }
}
