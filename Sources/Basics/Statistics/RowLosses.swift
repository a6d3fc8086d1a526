#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The metrics that are a mean over rows, as what each row adds.
struct RowLosses {
    let metric: Metric
    let values: [Double]

    /// - Returns: Nil where the metric is not defined for a prediction, or is none of this kind.
    init?(_ metric: Metric, _ predictions: [Double], _ labels: [Double]) {
        self.metric = metric
        let isProbability: (Double) -> Bool = { $0 >= 0 && $0 <= 1 }
        switch metric {
        case .auroc, .averagePrecision: return nil
        case .logLoss:
            guard predictions.allSatisfy(isProbability) else { return nil }
            // scikit-learn 1.5 and later clips at the machine epsilon of the scores' type.
            let least = Double.ulpOfOne
            values = zip(predictions, labels).map { score, label in
                let likelihood = label == 1 ? score : 1 - score
                return -log(min(max(likelihood, least), 1 - least))
            }
        case .brier:
            guard predictions.allSatisfy(isProbability) else { return nil }
            values = zip(predictions, labels).map { ($0 - $1) * ($0 - $1) }
        case .accuracy: values = zip(predictions, labels).map { ($0 >= 0.5) == ($1 == 1) ? 1 : 0 }
        case .rmse: values = zip(predictions, labels).map { ($0 - $1) * ($0 - $1) }
        case .mae: values = zip(predictions, labels).map { abs($0 - $1) }
        }
    }

    func value(sum: Double, weight: Double) -> Double {
        metric == .rmse ? (sum / weight).squareRoot() : sum / weight
    }

    /// The metric over rows that count as often as their weight says.
    func value(_ weights: UnsafeBufferPointer<UInt8>) -> Double {
        values.withUnsafeBufferPointer { values in
            // Four sums side by side: one would wait for each addition's result.
            var sums = SIMD4<Double>.zero
            let whole = values.count & ~3
            var row = 0
            while row < whole {
                let weight = SIMD4(
                    Double(weights[row]),
                    Double(weights[row + 1]),
                    Double(weights[row + 2]),
                    Double(weights[row + 3])
                )
                sums += weight * SIMD4(values[row], values[row + 1], values[row + 2], values[row + 3])
                row += 4
            }
            var sum = sums.sum()
            while row < values.count {
                sum += Double(weights[row]) * values[row]
                row += 1
            }
            return value(sum: sum, weight: Double(values.count))
        }
    }
}
