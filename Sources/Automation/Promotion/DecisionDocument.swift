import Basics

/// A decision with every figure that it rests on, as it is stored for good.
enum DecisionDocument {
    /// Builds the document.
    static func build(
        _ promotion: Promotion,
        policy: PromotionPolicy?,
        evidence: GateEvidence?,
        judgement: Judgement,
        isForced: Bool
    ) -> JSON {
        var document: JSON = [
            "id": .string(promotion.id), "model": .string(promotion.model), "version": JSON(promotion.version),
            "champion": JSON(promotion.champion), "decision": JSON(promotion.decision?.rawValue),
            "time": JSON(promotion.decided), "event_time": JSON(promotion.eventTime),
            "pipeline_run": JSON(promotion.pipelineRun), "summary": JSON(promotion.summary),
            "actor": JSON(promotion.decidedBy), "reason": JSON(promotion.reason), "forced": .bool(isForced),
            "checks": .array(judgement.checks.map(\.json)),
        ]
        if let evidence {
            document["holdout"] = holdout(evidence.holdout)
            var metrics: JSON = ["challenger": metrics(evidence.challenger)]
            if let champion = evidence.champion.measured { metrics["champion"] = self.metrics(champion) }
            document["metrics"] = metrics
            document["scores"] = scores(evidence.challenger.scores)
            if let latency = evidence.challenger.latency {
                document["latency"] = [
                    "requests": JSON(latency.requests), "p50_ms": .double(latency.p50), "p99_ms": .double(latency.p99),
                ]
            }
        }
        // Which gates these were: a change of the policy afterwards does not change what was asked for here.
        if let policy, let text = try? StoredSpec.encode(policy) {
            document["policy"] = ["digest": .string(Digest.sha256(text)), "label": .string(policy.label)]
        }
        return document
    }

    private static func holdout(_ facts: HoldoutFacts) -> JSON {
        [
            "address": .string(facts.address), "digest": .string(facts.digest), "rows": JSON(facts.rows),
            "positives": JSON(facts.positives), "unlabelled": JSON(facts.unlabelled),
        ]
    }

    private static func metrics(_ version: MeasuredVersion) -> JSON {
        var json: JSON = .object(JSONObject())
        for metric in Metric.allCases {
            if let value = version.metrics[metric] { json[metric.rawValue] = .double(value) }
        }
        return json
    }

    private static func scores(_ facts: ScoreFacts) -> JSON {
        [
            "count": JSON(facts.count), "missing": JSON(facts.missing), "outside": JSON(facts.outside),
            "lowest": JSON(facts.lowest), "highest": JSON(facts.highest),
        ]
    }
}
