import Basics
import Declarations

extension PromotionPolicy {
    static func decode(_ node: SpecNode, _ names: DeclaredNames, _ diagnostics: Diagnostics) -> PromotionPolicy? {
        let keys = ["holdout", "label", "compare", "require", "fairness", "approval"]
        guard let fields = node.fields(keys, diagnostics) else { return nil }
        let holdout = fields.node("holdout", required: true).flatMap {
            OutputReference.decode($0, names, diagnostics)
        }
        let label = fields.text("label", required: true)
        let compare = fields.node("compare").flatMap { Comparison.decode($0, diagnostics) }
        let require = fields.list("require").compactMap { Requirement.decode($0, diagnostics) }
        let fairness = fields.list("fairness").compactMap { FairnessLimit.decode($0, diagnostics) }
        let approval = fields.text("approval")
        guard let holdout, let label else { return nil }
        let policy = PromotionPolicy(
            holdout: holdout,
            label: label,
            compare: compare,
            require: require,
            fairness: fairness,
            approval: approval == "none" ? nil : approval
        )
        policy.check(node, diagnostics)
        return policy
    }

    /// What the parts must keep among themselves.
    private func check(_ node: SpecNode, _ diagnostics: Diagnostics) {
        let classification = metrics.filter(\.isClassification)
        let regression = metrics.filter { !$0.isClassification }
        if let one = classification.first, let other = regression.first {
            diagnostics.report(
                node,
                "'\(one.rawValue)' is for classes and '\(other.rawValue)' for numbers",
                hint: "name metrics of one kind"
            )
        }
        if !isClassification, !fairness.isEmpty {
            diagnostics.report(
                node,
                "fairness is measured for classes, and the metrics are for numbers",
                hint: "take fairness out"
            )
        }
        for (name, count) in [
            ("latency_p99_ms", require.count { if case .latency = $0 { true } else { false } }),
            ("plausibility", require.count { if case .plausibility = $0 { true } else { false } }),
        ] where count > 1 {
            diagnostics.report(node, "'\(name)' is required \(count) times", hint: "keep one")
        }
    }
}

extension Comparison {
    static func decode(_ node: SpecNode, _ diagnostics: Diagnostics) -> Comparison? {
        guard let fields = node.fields(["metric", "better_than", "confidence", "replicates"], diagnostics) else {
            return nil
        }
        let metric = Metric.decode(fields)
        _ = fields.text("better_than", required: true, oneOf: [Alias.champion])
        let confidence = fields.double("confidence", in: 0.5...1) ?? 0.95
        let replicates = fields.int("replicates", in: 100...PairedBootstrap.replicateLimit) ?? 1000
        return metric.map { Comparison(metric: $0, confidence: confidence, replicates: replicates) }
    }
}

extension Metric {
    static func decode(_ fields: SpecFields) -> Metric? {
        fields.text("metric", required: true, oneOf: allCases.map(\.rawValue)).flatMap(Metric.init)
    }
}

extension Requirement {
    static func decode(_ node: SpecNode, _ diagnostics: Diagnostics) -> Requirement? {
        let keys = ["metric", "at_least", "at_most", "latency_p99_ms", "plausibility"]
        guard let fields = node.fields(keys, diagnostics) else { return nil }
        switch (fields.has("metric"), fields.has("latency_p99_ms"), fields.has("plausibility")) {
        case (true, false, false): return decodeMetric(fields, diagnostics)
        case (false, true, false):
            return fields.double("latency_p99_ms", required: true, in: 0.001...600_000).map { .latency($0) }
        case (false, false, true): return decodePlausibility(fields, diagnostics)
        default:
            diagnostics.report(
                node,
                "a requirement names one thing",
                hint: "{metric: auroc, at_least: 0.8}, {latency_p99_ms: 50} or {plausibility: {score: [0, 1]}}"
            )
            return nil
        }
    }

    private static func decodeMetric(_ fields: SpecFields, _ diagnostics: Diagnostics) -> Requirement? {
        let metric = Metric.decode(fields)
        let floor = fields.double("at_least")
        let ceiling = fields.double("at_most")
        guard (floor == nil) != (ceiling == nil) else {
            if fields.has("at_least") == fields.has("at_most") {
                diagnostics.report(fields.node, "a metric is required with one of 'at_least' and 'at_most'")
            }
            return nil
        }
        guard let metric else { return nil }
        if let floor { return .metric(MetricLimit(metric: metric, side: .atLeast, limit: floor)) }
        return ceiling.map { .metric(MetricLimit(metric: metric, side: .atMost, limit: $0)) }
    }

    private static func decodePlausibility(_ fields: SpecFields, _ diagnostics: Diagnostics) -> Requirement? {
        guard let inner = fields.node("plausibility", required: true)?.fields(["score"], diagnostics) else {
            return nil
        }
        let bounds = inner.list("score", required: true)
        let numbers = bounds.compactMap { $0.scalar.flatMap(Double.init) }
        guard numbers.count == 2, bounds.count == 2, let low = numbers.first, let high = numbers.last, low <= high,
            low.isFinite, high.isFinite
        else {
            diagnostics.report(inner.node, "'score' is not a range", hint: "[lowest, highest], such as [0, 1]")
            return nil
        }
        return .plausibility(low, high)
    }
}

extension FairnessLimit {
    static func decode(_ node: SpecNode, _ diagnostics: Diagnostics) -> FairnessLimit? {
        let keys = ["group", "measure", "threshold", "at_most", "min_positives"]
        guard let fields = node.fields(keys, diagnostics) else { return nil }
        let group = fields.text("group", required: true)
        let measure = fields.text("measure", required: true, oneOf: FairnessMeasure.allCases.map(\.rawValue))
            .flatMap(FairnessMeasure.init)
        let threshold = fields.double("threshold") ?? 0.5
        let limit = fields.double("at_most", required: true, in: 0...1)
        let minimum = fields.int("min_positives", in: 1...1_000_000_000) ?? 30
        guard let group, let measure, let limit else { return nil }
        return FairnessLimit(group: group, measure: measure, threshold: threshold, atMost: limit, minimum: minimum)
    }
}
