public import Basics

/// The gates of a model: what a new version must show before it becomes the champion. `models.NAME.promote`.
public struct PromotionPolicy: Sendable, Hashable, Codable {
    /// The rows that both versions are scored on: an output of the run that trained the new one.
    public var holdout: OutputReference
    /// The holdout's column with the truth.
    public var label: String
    /// How sure it must be that the new version is better; nothing is compared if `nil`.
    public var compare: Comparison?
    /// What it must reach whatever the champion does.
    public var require: [Requirement]
    /// How far groups may lie apart.
    public var fairness: [FairnessLimit]
    /// The role that must sign; nobody if `nil`.
    public var approval: String?

    /// Declares the gates.
    public init(
        holdout: OutputReference,
        label: String,
        compare: Comparison? = nil,
        require: [Requirement] = [],
        fairness: [FairnessLimit] = [],
        approval: String? = nil
    ) {
        self.holdout = holdout
        self.label = label
        self.compare = compare
        self.require = require
        self.fairness = fairness
        self.approval = approval
    }

    /// Whether the label is one of two classes and the score the probability of the positive one; else both are numbers.
    public var isClassification: Bool { metrics.first?.isClassification ?? true }

    /// Every metric that the gates name.
    public var metrics: [Metric] {
        (compare.map { [$0.metric] } ?? [])
            + require.compactMap { if case .metric(let limit) = $0 { limit.metric } else { nil } }
    }

    /// The range that scores must stay in, where one is declared.
    public var plausibleScores: ClosedRange<Double>? {
        for case .plausibility(let low, let high) in require { return low...high }
        return nil
    }

    /// The latency that the new version must keep, where one is declared.
    public var latencyLimit: Double? {
        for case .latency(let limit) in require { return limit }
        return nil
    }
}

/// How sure it must be that the new version is better than the champion.
public struct Comparison: Sendable, Hashable, Codable {
    /// In what.
    public var metric: Metric
    /// The share of bootstrap replicates in which it must be better.
    public var confidence: Double
    /// How many replicates are drawn.
    public var replicates: Int

    /// Declares a comparison.
    public init(metric: Metric, confidence: Double = 0.95, replicates: Int = 1000) {
        self.metric = metric
        self.confidence = confidence
        self.replicates = replicates
    }
}

/// What a new version must reach whatever the champion does.
public enum Requirement: Sendable, Hashable, Codable {
    /// A metric on one side of a limit.
    case metric(MetricLimit)
    /// The 99th percentile of one-row requests, in milliseconds, at most.
    case latency(Double)
    /// Every score lies between these.
    case plausibility(Double, Double)
}

/// A metric on one side of a limit.
public struct MetricLimit: Sendable, Hashable, Codable {
    /// Which side.
    public enum Side: String, Sendable, Hashable, Codable {
        /// No less than the limit.
        case atLeast = "at_least"
        /// No more than the limit.
        case atMost = "at_most"

        /// As a sentence says it.
        var words: String { self == .atLeast ? "at least" : "at most" }
    }

    /// The metric.
    public var metric: Metric
    /// Which side of the limit is right.
    public var side: Side
    /// The limit.
    public var limit: Double

    /// Declares a limit.
    public init(metric: Metric, side: Side, limit: Double) {
        self.metric = metric
        self.side = side
        self.limit = limit
    }

    func holds(_ value: Double) -> Bool { side == .atLeast ? value >= limit : value <= limit }
}

/// How far groups of rows may lie apart in what the model does to them.
public struct FairnessLimit: Sendable, Hashable, Codable {
    /// The column whose values are the groups.
    public var group: String
    /// What is compared.
    public var measure: FairnessMeasure
    /// The score from which a row is called positive.
    public var threshold: Double
    /// The largest difference between two groups that is let through.
    public var atMost: Double
    /// How many positives (rows, for demographic parity) a group needs to be judged.
    public var minimum: Int

    /// Declares a limit.
    public init(group: String, measure: FairnessMeasure, threshold: Double = 0.5, atMost: Double, minimum: Int = 30) {
        self.group = group
        self.measure = measure
        self.threshold = threshold
        self.atMost = atMost
        self.minimum = minimum
    }
}
