import Basics

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a window knows about how right it was, as actuals come in.
///
/// Means (log loss, Brier, accuracy, errors) are exact. Ranking metrics come from scores in 512 bins, see
/// ``ScoreHistogram``, whose error bound is told beside them.
struct QualityTally: Sendable, Hashable {
    /// How many actuals arrived, for predictions with a score or not.
    var arrived: UInt64 = 0
    /// How many of them have a finite score.
    var rated: UInt64 = 0
    /// Actuals that are neither 0 nor 1: a regression.
    var numbers: UInt64 = 0
    /// Rated scores outside [0, 1].
    var outside: UInt64 = 0
    var correct: UInt64 = 0
    var logLoss = 0.0
    var squared = 0.0
    var absolute = 0.0
    var histogram = ScoreHistogram(bins: ScoreScale.bins)

    /// Counts an actual, or takes one back that is replaced.
    mutating func add(actual: Double, score: Double, scale: ScoreScale, takeBack: Bool = false) {
        let one: UInt64 = takeBack ? .max : 1
        let sign = takeBack ? -1.0 : 1.0
        arrived &+= one
        guard score.isFinite else { return }
        rated &+= one
        squared += sign * (score - actual) * (score - actual)
        absolute += sign * abs(score - actual)
        guard actual == 0 || actual == 1 else {
            numbers &+= one
            return
        }
        if (score >= 0.5) == (actual == 1) { correct &+= one }
        let bin = scale.bin(score)
        if actual == 1 { histogram.positives[bin] &+= one } else { histogram.negatives[bin] &+= one }
        guard score >= 0, score <= 1 else {
            outside &+= one
            return
        }
        let likelihood = actual == 1 ? score : 1 - score
        logLoss -= sign * log(min(max(likelihood, .ulpOfOne), 1 - .ulpOfOne))
    }

    var positives: UInt64 { histogram.positives.reduce(0, +) }

    /// The value of a metric; nil where it is not defined for what arrived.
    func value(_ metric: Metric) -> Double? {
        guard rated > 0 else { return nil }
        let isBinary = numbers == 0
        switch metric {
        case .auroc: return isBinary ? histogram.auroc : nil
        case .averagePrecision: return isBinary ? histogram.averagePrecision : nil
        case .logLoss: return isBinary && outside == 0 ? logLoss / Double(rated) : nil
        case .brier: return isBinary && outside == 0 ? squared / Double(rated) : nil
        case .accuracy: return isBinary ? Double(correct) / Double(rated) : nil
        case .rmse: return (max(0, squared) / Double(rated)).squareRoot()
        case .mae: return absolute / Double(rated)
        }
    }

    mutating func merge(_ other: QualityTally) {
        arrived += other.arrived
        rated += other.rated
        numbers += other.numbers
        outside += other.outside
        correct += other.correct
        logLoss += other.logLoss
        squared += other.squared
        absolute += other.absolute
        for bin in histogram.positives.indices {
            histogram.positives[bin] += other.histogram.positives[bin]
            histogram.negatives[bin] += other.histogram.negatives[bin]
        }
    }
}
