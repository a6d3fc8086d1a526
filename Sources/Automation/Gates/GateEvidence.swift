import Basics

/// All figures that a judgement rests on: nothing else decides.
struct GateEvidence: Sendable, Hashable {
    /// Where they were measured.
    var holdout: HoldoutFacts
    /// The new version.
    var challenger: MeasuredVersion
    /// The version that it wants to replace.
    var champion: ChampionFacts
    /// The share of bootstrap replicates in which the challenger is better; `nil` where nothing was compared.
    var confidence: Double?
    /// The groups of each fairness limit, in the policy's order.
    var groups: [GroupFacts] = []
}

/// The rows that were scored.
struct HoldoutFacts: Sendable, Hashable {
    var address: String
    var digest: String
    /// Rows with a label.
    var rows: Int
    /// Rows of the positive class; `nil` for a number as label.
    var positives: Int?
    /// Rows left out because they have no label.
    var unlabelled: Int = 0
}

/// One version on the holdout.
struct MeasuredVersion: Sendable, Hashable {
    var version: Int
    /// What could be computed; a metric that could not is missing.
    var metrics: [Metric: Double] = [:]
    var scores: ScoreFacts
    var latency: LatencyFacts?
}

/// What the scores themselves look like.
struct ScoreFacts: Sendable, Hashable {
    var count: Int
    /// Scores that are missing or not a number.
    var missing: Int = 0
    /// Scores outside the declared range.
    var outside: Int = 0
    var lowest: Double?
    var highest: Double?
}

/// The version that is in place.
enum ChampionFacts: Sendable, Hashable {
    /// There is none.
    case none
    /// It was scored on the same rows.
    case measured(MeasuredVersion)
    /// It could not be scored on them.
    case unscorable(version: Int, reason: String)

    var version: Int? {
        switch self {
        case .none: nil
        case .measured(let measured): measured.version
        case .unscorable(let version, _): version
        }
    }

    var measured: MeasuredVersion? { if case .measured(let measured) = self { measured } else { nil } }
}

/// The groups of one fairness limit.
enum GroupFacts: Sendable, Hashable {
    case groups([GroupFigure])
    /// They could not be measured, and why.
    case missing(String)
}

/// What a model does to one group of rows.
struct GroupFigure: Sendable, Hashable {
    var group: String
    /// How many rows count: positives, or for other measures rows or negatives.
    var counted: Int
    /// The rate among them; `nil` where none counts.
    var value: Double?
}
