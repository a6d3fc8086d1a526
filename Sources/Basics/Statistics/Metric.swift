/// A figure that says how good predictions are.
///
/// ```swift
/// try Metric.auroc.value(predictions: [0.1, 0.4, 0.35, 0.8], labels: [0, 0, 1, 1])  // 0.75
/// ```
public enum Metric: String, Sendable, Hashable, Codable, CaseIterable {
    /// Area under the receiver operating characteristic: how often a positive scores above a negative; a tie counts half.
    ///
    /// Mann–Whitney's U over the number of pairs (Hanley and McNeil, Radiology 143, 1982).
    case auroc
    /// Average precision: Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores from the top, not interpolated, as scikit-learn has it.
    case averagePrecision = "average_precision"
    /// Mean negative log likelihood, in nats; scores are kept 2⁻⁵² away from 0 and 1, as scikit-learn does.
    case logLoss = "log_loss"
    /// Mean squared difference of score and outcome (Brier, Monthly Weather Review 78, 1950).
    case brier
    /// Share of rows where the score is at least 0.5 exactly when the label is 1.
    case accuracy
    /// Root of the mean squared error.
    case rmse
    /// Mean absolute error.
    case mae

    /// Whether a larger value is better.
    public var higherIsBetter: Bool {
        switch self {
        case .auroc, .averagePrecision, .accuracy: true
        case .logLoss, .brier, .rmse, .mae: false
        }
    }

    /// Whether labels must be 0 or 1.
    public var isClassification: Bool {
        switch self {
        case .auroc, .averagePrecision, .logLoss, .brier, .accuracy: true
        case .rmse, .mae: false
        }
    }

    /// Whether one value is better than another.
    public func isBetter(_ value: Double, than other: Double) -> Bool {
        higherIsBetter ? value > other : value < other
    }

    /// The metric of a name.
    ///
    /// - Throws: `invalidArgument` with the nearest name.
    public static func named(_ name: String) throws -> Metric {
        if let metric = Metric(rawValue: name) { return metric }
        throw MartletError(
            .invalidArgument,
            "there is no metric '\(name.prefix(60))'",
            hint: Suggestion.hint(for: name, among: allCases.map(\.rawValue))
        )
    }

    /// The value over some rows.
    ///
    /// O(n log n) for `auroc` and `average_precision`, else O(n).
    ///
    /// - Parameters:
    ///   - predictions: Scores, or numbers for `rmse` and `mae`.
    ///   - labels: What came true; 0 or 1 but for `rmse` and `mae`.
    /// - Returns: Nil where it is not defined: no rows, a prediction that is NaN, one class only (`auroc`, and
    ///   `average_precision` without a positive), a score outside [0, 1] (`log_loss`, `brier`).
    /// - Throws: `invalidArgument` when the lengths differ or a label is not what it must be.
    public func value(predictions: [Double], labels: [Double]) throws -> Double? {
        try MetricInput.check(self, predictions, labels)
        guard !predictions.isEmpty, !predictions.contains(where: \.isNaN) else { return nil }
        switch self {
        case .auroc, .averagePrecision:
            let ranking = Ranking(scores: predictions, labels: labels, positions: nil)
            let ones = [UInt8](repeating: 1, count: labels.count)
            return ones.withUnsafeBufferPointer { self == .auroc ? ranking.auroc($0) : ranking.averagePrecision($0) }
        case .logLoss, .brier, .accuracy, .rmse, .mae:
            guard let losses = RowLosses(self, predictions, labels) else { return nil }
            return losses.value(sum: losses.values.reduce(0, +), weight: Double(labels.count))
        }
    }

    /// All metrics of a binary classifier that are defined, and none for which they are not.
    public static func classification(scores: [Double], labels: [Double]) throws -> [Metric: Double] {
        var values: [Metric: Double] = [:]
        for metric in allCases where metric.isClassification {
            values[metric] = try metric.value(predictions: scores, labels: labels)
        }
        return values
    }
}

/// What metrics take.
enum MetricInput {
    /// Rows beyond this do not fit the packed form of a ``Ranking``.
    static let limit = 1 << 30

    static func check(_ metric: Metric, _ predictions: [Double], _ labels: [Double]) throws {
        guard predictions.count == labels.count else {
            throw MartletError(
                .invalidArgument,
                "there are \(predictions.count) predictions and \(labels.count) labels",
                hint: "give one label for each prediction"
            )
        }
        guard labels.count < limit else {
            throw MartletError(.tooLarge, "\(labels.count) rows to judge", hint: "at most \(limit - 1)")
        }
        let bad = labels.firstIndex { metric.isClassification ? $0 != 0 && $0 != 1 : !$0.isFinite }
        if let bad {
            throw MartletError(
                .invalidArgument,
                "label \(bad) is \(labels[bad])",
                hint: metric.isClassification ? "'\(metric.rawValue)' takes 0 or 1" : "a label is a finite number"
            )
        }
    }
}
