import Basics
import NIOPosix

/// What an evaluation found, before anybody decided.
struct Evaluated: Sendable {
    let evidence: GateEvidence
    let judgement: Judgement
    /// The new version's scores on the holdout, for monitoring's reference.
    let scores: [Double]
}

/// Measures a version and the champion on the same rows, and has the gates judge the figures.
struct Evaluation: Sendable {
    let neighbours: Neighbours
    /// How many rows of the holdout the latency is measured on.
    static let latencyRows = 500

    /// Evaluates.
    ///
    /// - Throws: What the rooms throw: a version that cannot be scored is the caller's to judge.
    func run(_ promotion: Promotion, policy: PromotionPolicy, champion: Int?) async throws -> Evaluated {
        guard let run = promotion.pipelineRun else {
            throw MartletError(
                .conflict,
                "version \(promotion.version) was not registered by a pipeline, so there is no holdout to score it on",
                hint: "register it by a pipeline's register step, or promote it with force and a reason"
            )
        }
        let output = try await neighbours.pipelines.table(run, policy.holdout)
        let labelled = try LabelledRows(output, policy: policy)
        let own = try await scores(promotion.model, promotion.version, labelled)
        var challenger = try await arithmetic {
            try Measurement.version(promotion.version, scores: own, labels: labelled.labels, policy: policy)
        }
        let (facts, confidence) = try await compare(promotion, policy, champion: champion, challenger: own, labelled)
        if policy.latencyLimit != nil {
            challenger.latency = try await neighbours.serving.latency(
                promotion.model,
                promotion.version,
                labelled.rows.head(Self.latencyRows)
            )
        }
        let groups = try await groups(policy, scores: own, labelled)
        let evidence = GateEvidence(
            holdout: labelled.facts,
            challenger: challenger,
            champion: facts,
            confidence: confidence,
            groups: groups
        )
        return Evaluated(evidence: evidence, judgement: Judgement(policy, evidence), scores: own)
    }

    private func scores(_ model: String, _ version: Int, _ labelled: LabelledRows) async throws -> [Double] {
        guard labelled.facts.rows > 0 else { return [] }
        let answer = try await neighbours.serving.score(model, version, labelled.rows)
        return try Measurement.scores(answer, rows: labelled.facts.rows)
    }

    private func compare(
        _ promotion: Promotion,
        _ policy: PromotionPolicy,
        champion: Int?,
        challenger: [Double],
        _ labelled: LabelledRows
    ) async throws -> (ChampionFacts, Double?) {
        guard let champion else { return (.none, nil) }
        let scores: [Double]
        do {
            scores = try await self.scores(promotion.model, champion, labelled)
        } catch let error as MartletError where !error.isRetryable && error.code != .cancelled {
            return (.unscorable(version: champion, reason: error.message), nil)
        }
        let seed = "\(labelled.facts.digest) \(promotion.model) \(champion) \(promotion.version)"
        return try await arithmetic {
            let measured = try Measurement.version(champion, scores: scores, labels: labelled.labels, policy: policy)
            let isComplete = !scores.contains(where: \.isNaN) && !challenger.contains(where: \.isNaN)
            let confidence = try policy.compare.flatMap { comparison in
                guard isComplete, !scores.isEmpty else { return nil as Double? }
                return try Measurement.confidence(
                    comparison,
                    champion: scores,
                    challenger: challenger,
                    labels: labelled.labels,
                    seed: seed
                )
            }
            return (.measured(measured), confidence)
        }
    }

    private func groups(_ policy: PromotionPolicy, scores: [Double], _ labelled: LabelledRows) async throws
        -> [GroupFacts]
    {
        try await arithmetic {
            try policy.fairness.map { limit in
                try Measurement.groups(limit, rows: labelled.rows, scores: scores, labels: labelled.labels)
            }
        }
    }

    /// Runs arithmetic over all rows on a thread of its own: the cooperative pool is for what is short.
    private func arithmetic<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
