import Basics
import Serving

/// All that is known of a window without reading its predictions again: counts, a few sums, sketches.
///
/// Some kilobytes whatever the traffic, stored in the transaction of the predictions that it counts.
struct WindowTally: Sendable, Hashable {
    var predictions: UInt64 = 0
    /// In the order of the reference's features; empty without a reference.
    var features: [FeatureTally] = []
    var scores = [UInt64](repeating: 0, count: ScoreScale.bins)
    var scoreSum = 0.0
    var finiteScores: UInt64 = 0
    /// Scores that are NaN or infinite.
    var notFinite: UInt64 = 0
    /// Finite scores outside [0, 1].
    var outsideUnit: UInt64 = 0
    /// Finite scores outside the plausible range.
    var implausible: UInt64 = 0
    var quality = QualityTally()
    /// One a request.
    var latency = LatencySketch()

    init(_ reference: Reference?) {
        features = (reference?.features ?? []).map { FeatureTally(bins: $0.counts.count) }
    }

    var scoreMean: Double? { finiteScores > 0 ? scoreSum / Double(finiteScores) : nil }

    /// Counts some rows of a request.
    mutating func add(
        _ batch: PredictionBatch,
        _ rows: Range<Int>,
        _ reference: Reference?,
        plausible: ClosedRange<Double>?
    ) {
        predictions += UInt64(rows.count)
        // A request whose rows fall into several windows counts in that of its first row.
        if rows.lowerBound == 0 { latency.add(microseconds: PreparedBatch.microseconds(batch.latency)) }
        if let reference {
            // Training data and requests mostly have their columns in the same order: then no name is looked up.
            let columns = batch.inputs.columns
            var next = 0
            for (index, profile) in reference.features.enumerated() {
                if next < columns.count, columns[next].name == profile.name {
                    features[index].add(columns[next], rows, profile)
                    next += 1
                } else if let column = batch.inputs[profile.name] {
                    features[index].add(column, rows, profile)
                }
            }
        }
        // A model that answers texts has no score, and is not wrong for that.
        guard batch.outputs.columns.contains(where: { $0.type != .string && $0.type != .datetime }) else { return }
        let scale = reference?.scale ?? .unit
        for row in rows {
            let score = batch.scores[row]
            guard score.isFinite else {
                notFinite += 1
                continue
            }
            finiteScores += 1
            scoreSum += score
            scores[scale.bin(score)] += 1
            if score < 0 || score > 1 { outsideUnit += 1 }
            if let plausible, !plausible.contains(score) { implausible += 1 }
        }
    }

    /// Adds another window's counts, made with the same bins.
    mutating func merge(_ other: WindowTally) {
        predictions += other.predictions
        for index in features.indices where index < other.features.count {
            features[index].merge(other.features[index])
        }
        for bin in scores.indices { scores[bin] += other.scores[bin] }
        scoreSum += other.scoreSum
        finiteScores += other.finiteScores
        notFinite += other.notFinite
        outsideUnit += other.outsideUnit
        implausible += other.implausible
        quality.merge(other.quality)
        latency.merge(other.latency)
    }
}
