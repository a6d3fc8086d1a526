/// Scores of positives and negatives counted into equal bins: ranking metrics of any number of rows in constant memory.
///
/// Two scores in one bin count as a tie. With `bins` bins the area under the ROC curve is therefore off by at most half the
/// share of (positive, negative) pairs that fall into one bin, `Σ pᵢ nᵢ / (2 P N)`, which ``aurocError`` computes: a bound, not
/// an estimate. With 512 bins over [0, 1] and scores that spread, that is below 0.002.
public struct ScoreHistogram: Sendable, Hashable {
    /// Counts of rows with label 0, by bin.
    public var negatives: [UInt64]
    /// Counts of rows with label 1, by bin.
    public var positives: [UInt64]

    /// An empty histogram.
    public init(bins: Int) {
        negatives = [UInt64](repeating: 0, count: max(1, bins))
        positives = negatives
    }

    /// The bin of a score among `bins` equal ones over [0, 1]; scores outside go to the first and last one.
    @inlinable
    public static func bin(_ score: Double, of bins: Int) -> Int {
        score > 0 ? Int(min(score * Double(bins), Double(bins - 1))) : 0
    }

    /// Adds a row.
    public mutating func add(score: Double, isPositive: Bool) {
        let bin = Self.bin(score, of: negatives.count)
        if isPositive { positives[bin] += 1 } else { negatives[bin] += 1 }
    }

    /// The area under the ROC curve, ties within a bin counting half; nil without both classes.
    public var auroc: Double? {
        var doubledWins = 0.0
        var below = 0.0
        var found = 0.0
        for (negative, positive) in zip(negatives, positives) {
            doubledWins += Double(positive) * (2 * below + Double(negative))
            below += Double(negative)
            found += Double(positive)
        }
        return below > 0 && found > 0 ? doubledWins / (2 * below * found) : nil
    }

    /// How far ``auroc`` is from the exact area at most; nil without both classes.
    public var aurocError: Double? {
        let (below, found) = (negatives.reduce(0, +), positives.reduce(0, +))
        guard below > 0, found > 0 else { return nil }
        let tied = zip(negatives, positives).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        return tied / (2 * Double(below) * Double(found))
    }

    /// Average precision with each bin as one threshold; nil without a positive.
    public var averagePrecision: Double? {
        var sum = 0.0
        var all = 0.0
        var found = 0.0
        for bin in positives.indices.reversed() {
            let positive = Double(positives[bin])
            all += positive + Double(negatives[bin])
            found += positive
            if positive > 0 { sum += positive * found / all }
        }
        return found > 0 ? sum / found : nil
    }
}
