import Basics

/// What comes out of the gates.
struct Judgement: Sendable, Hashable {
    /// All gates, in the policy's order.
    var checks: [GateCheck]

    /// Whether every gate lets the version through.
    var isPassed: Bool { checks.allSatisfy(\.passed) }

    /// Judges a version: figures in, decision out. It looks at nothing else, so the same figures give the same decision.
    init(_ policy: PromotionPolicy, _ evidence: GateEvidence) {
        checks = []
        if let comparison = policy.compare { checks.append(Self.compare(comparison, evidence)) }
        var hasPlausibility = false
        for requirement in policy.require {
            switch requirement {
            case .metric(let limit): checks.append(Self.require(limit, evidence.challenger))
            case .latency(let limit): checks.append(Self.latency(limit, evidence.challenger))
            case .plausibility(let low, let high):
                hasPlausibility = true
                checks.append(Self.plausibility(low...high, evidence.challenger.scores))
            }
        }
        // A score that is not a number is never let through, declared or not.
        if !hasPlausibility { checks.append(Self.plausibility(nil, evidence.challenger.scores)) }
        for (limit, groups) in zip(policy.fairness, evidence.groups) {
            checks.append(Self.fairness(limit, groups))
        }
    }

    /// A judgement that was not reached by figures: an override, or an evaluation that failed.
    init(_ check: GateCheck) { checks = [check] }

    /// The decision in one sentence.
    func summary(isForced: Bool = false) -> String {
        if isForced { return "promoted by hand: \(checks.map(\.message).joined(separator: "; "))" }
        let failed = checks.filter { !$0.passed }
        guard failed.isEmpty else { return "refused: \(failed.map(\.message).joined(separator: "; "))" }
        let lead = checks.first { $0.kind == .compare } ?? checks.first { $0.kind == .require }
        let all = checks.count == 1 ? "the only check passed" : "all \(checks.count) checks passed"
        return "promoted: \(lead.map { $0.message + "; " } ?? "")\(all)"
    }

    private static func compare(_ comparison: Comparison, _ evidence: GateEvidence) -> GateCheck {
        let metric = comparison.metric.rawValue
        let own = evidence.challenger.metrics[comparison.metric]
        var check = GateCheck(
            name: "better than the champion",
            kind: .compare,
            passed: false,
            message: "",
            metric: metric,
            challenger: own,
            threshold: comparison.confidence
        )
        guard let own else {
            check.message = "\(metric) could not be computed: \(uncomputable(evidence.challenger, evidence.holdout))"
            return check
        }
        switch evidence.champion {
        case .none:
            check.passed = true
            check.message = "there is no champion yet to compare with (\(metric) \(Figure.text(own)))"
        case .unscorable(let version, let reason):
            check.message = "the champion, version \(version), could not be scored on this holdout: \(reason)"
        case .measured(let champion):
            guard let other = champion.metrics[comparison.metric], let confidence = evidence.confidence else {
                check.message =
                    "the champion's \(metric) could not be computed: \(uncomputable(champion, evidence.holdout))"
                return check
            }
            check.champion = other
            check.confidence = confidence
            check.passed = confidence >= comparison.confidence
            check.message =
                "\(metric) \(Figure.text(own)) against \(Figure.text(other)) of version \(champion.version) on the same \(Figure.count(evidence.holdout.rows)) rows: \(Figure.percent(confidence)) sure that it is better, \(Figure.percent(comparison.confidence)) asked for"
        }
        return check
    }

    private static func uncomputable(_ version: MeasuredVersion, _ holdout: HoldoutFacts) -> String {
        if version.scores.missing > 0 {
            return
                "\(Figure.count(version.scores.missing)) of \(Figure.count(version.scores.count)) scores are missing or not a number"
        }
        if holdout.rows == 0 { return "the holdout has no row with a label" }
        if let positives = holdout.positives, positives == 0 || positives == holdout.rows {
            return "the holdout's \(Figure.count(holdout.rows)) rows are all of one class"
        }
        return "the scores are outside its domain"
    }

    private static func require(_ limit: MetricLimit, _ version: MeasuredVersion) -> GateCheck {
        let metric = limit.metric.rawValue
        let value = version.metrics[limit.metric]
        let passed = value.map(limit.holds) ?? false
        let asked = "\(limit.side.words) \(Figure.text(limit.limit)) asked for"
        return GateCheck(
            name: "\(metric) \(limit.side.words) \(Figure.text(limit.limit))",
            kind: .require,
            passed: passed,
            message: value.map { "\(metric) is \(Figure.text($0)), \(asked)" }
                ?? "\(metric) could not be computed, \(asked)",
            metric: metric,
            challenger: value,
            value: value,
            threshold: limit.limit
        )
    }

    private static func latency(_ limit: Double, _ version: MeasuredVersion) -> GateCheck {
        let passed = version.latency.map { $0.p99 <= limit } ?? false
        let message =
            version.latency.map {
                "the 99th percentile of \(Figure.count($0.requests)) one-row requests took \(Figure.text($0.p99)) ms, at most \(Figure.text(limit)) ms asked for"
            } ?? "latency was not measured, at most \(Figure.text(limit)) ms asked for"
        return GateCheck(
            name: "latency",
            kind: .latency,
            passed: passed,
            message: message,
            metric: "latency_p99_ms",
            challenger: version.latency?.p99,
            value: version.latency?.p99,
            threshold: limit
        )
    }

    private static func plausibility(_ range: ClosedRange<Double>?, _ scores: ScoreFacts) -> GateCheck {
        let all = Figure.count(scores.count)
        var faults: [String] = []
        if scores.count == 0 { faults.append("there is no score") }
        if scores.missing > 0 {
            faults.append("\(Figure.count(scores.missing)) of \(all) scores are missing or not a number")
        }
        if let range, scores.outside > 0 {
            faults.append(
                "\(Figure.count(scores.outside)) of \(all) scores are outside \(Figure.range(range)): they reach from \(Figure.text(scores.lowest)) to \(Figure.text(scores.highest))"
            )
        }
        let fine =
            "all \(all) scores are \(range.map { "in \(Figure.range($0))" } ?? "numbers"), from \(Figure.text(scores.lowest)) to \(Figure.text(scores.highest))"
        return GateCheck(
            name: "plausibility",
            kind: .plausibility,
            passed: faults.isEmpty,
            message: faults.isEmpty ? fine : faults.joined(separator: ", "),
            metric: "score",
            value: Double(scores.missing + scores.outside),
            threshold: 0
        )
    }
}
