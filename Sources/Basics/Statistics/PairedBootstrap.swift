/// Whether a challenger is better than the champion, or only luckier with these rows.
///
/// Draws the rows again and again with replacement, both models judged on the same draw, and counts how often the
/// challenger wins (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 16; paired as in Koehn, EMNLP 2004).
/// The same seed gives the same answer on every machine.
///
/// ```swift
/// let result = try PairedBootstrap(replicates: 2_000, seed: 1)
///     .compare(.auroc, champion: old, challenger: new, labels: labels)
/// result?.confidence  // 0.997
/// ```
///
/// O(replicates · rows): rows are sorted once, each replicate is a pass over them. Runs on the calling thread; 100,000 rows
/// by 2,000 replicates take about a second in a release build, so call it off the cooperative pool.
public struct PairedBootstrap: Sendable, Hashable {
    /// The most replicates that are drawn.
    public static let replicateLimit = 100_000

    /// How many times the rows are drawn.
    public var replicates: Int
    /// Where the random numbers start.
    public var seed: UInt64

    /// Makes a comparison.
    public init(replicates: Int = 1000, seed: UInt64 = 1) {
        self.replicates = replicates
        self.seed = seed
    }

    /// Compares two models on the same rows.
    ///
    /// - Parameters:
    ///   - metric: By which figure.
    ///   - champion: The one's predictions.
    ///   - challenger: The other's, in the same order.
    ///   - labels: What came true.
    /// - Returns: Nil where the metric is not defined for one of the models, see ``Metric/value(predictions:labels:)``.
    /// - Throws: `invalidArgument` when lengths differ, a label is not what it must be, or `replicates` is not from 1 to
    ///   ``replicateLimit``; `cancelled` when the task is.
    public func compare(_ metric: Metric, champion: [Double], challenger: [Double], labels: [Double]) throws
        -> PairedComparison?
    {
        guard (1...Self.replicateLimit).contains(replicates) else {
            throw MartletError(
                .invalidArgument,
                "\(replicates) bootstrap replicates are asked for",
                hint: "from 1 to \(Self.replicateLimit)"
            )
        }
        guard let championValue = try metric.value(predictions: champion, labels: labels),
            let challengerValue = try metric.value(predictions: challenger, labels: labels)
        else { return nil }
        let (first, second) = Self.evaluators(metric, champion, challenger, labels)
        var source = BootstrapWeights(count: labels.count, seed: seed)
        var weights = [UInt8](repeating: 0, count: labels.count)
        var differences: [Double] = []
        differences.reserveCapacity(replicates)
        for _ in 0..<replicates {
            if Task.isCancelled { throw MartletError(.cancelled, "the comparison was cancelled") }
            weights.withUnsafeMutableBufferPointer { source.draw(into: $0) }
            weights.withUnsafeBufferPointer { weights in
                // A draw in which a class is missing says nothing and is left out.
                if let old = first.value(weights), let new = second.value(weights) { differences.append(new - old) }
            }
        }
        return PairedComparison(
            metric: metric,
            champion: championValue,
            challenger: challengerValue,
            rows: labels.count,
            differences: differences
        )
    }

    private static func evaluators(
        _ metric: Metric,
        _ champion: [Double],
        _ challenger: [Double],
        _ labels: [Double]
    ) -> (Evaluator, Evaluator) {
        if let old = RowLosses(metric, champion, labels), let new = RowLosses(metric, challenger, labels) {
            return (.losses(old), .losses(new))
        }
        // Rows are exchangeable, so weights may stand in the champion's order: its pass then reads memory in order.
        let order = Ranking.order(of: champion)
        var positions = [UInt32](repeating: 0, count: order.count)
        for (rank, row) in order.enumerated() { positions[Int(row)] = UInt32(rank) }
        let old = Ranking(scores: champion, labels: labels, positions: positions)
        let new = Ranking(scores: challenger, labels: labels, positions: positions)
        return metric == .auroc
            ? (.auroc(old), .auroc(new)) : (.averagePrecision(old), .averagePrecision(new))
    }

    private enum Evaluator {
        case auroc(Ranking)
        case averagePrecision(Ranking)
        case losses(RowLosses)

        func value(_ weights: UnsafeBufferPointer<UInt8>) -> Double? {
            switch self {
            case .auroc(let ranking): ranking.auroc(weights)
            case .averagePrecision(let ranking): ranking.averagePrecision(weights)
            case .losses(let losses): losses.value(weights)
            }
        }
    }
}

/// What a ``PairedBootstrap`` found.
public struct PairedComparison: Sendable, Hashable {
    /// By which figure.
    public let metric: Metric
    /// The champion's value over all rows.
    public let champion: Double
    /// The challenger's value over all rows.
    public let challenger: Double
    /// How many rows there were.
    public let rows: Int
    /// How many draws counted.
    public let replicates: Int
    /// The share of draws in which the challenger was better; a tie counts half. Nil when no draw counted.
    public let confidence: Double?
    /// Challenger minus champion: the middle 95 % of the draws (percentile interval). Nil when no draw counted.
    public let interval: ClosedRange<Double>?

    /// Challenger minus champion over all rows.
    public var difference: Double { challenger - champion }

    init(metric: Metric, champion: Double, challenger: Double, rows: Int, differences: [Double]) {
        self.metric = metric
        self.champion = champion
        self.challenger = challenger
        self.rows = rows
        replicates = differences.count
        guard !differences.isEmpty else {
            confidence = nil
            interval = nil
            return
        }
        let doubledWins = differences.reduce(0) { sum, difference in
            difference == 0 ? sum + 1 : sum + (metric.higherIsBetter == (difference > 0) ? 2 : 0)
        }
        confidence = Double(doubledWins) / Double(2 * differences.count)
        let sorted = differences.sorted()
        interval = Quantile.linear(0.025, ofSorted: sorted)...Quantile.linear(0.975, ofSorted: sorted)
    }
}
