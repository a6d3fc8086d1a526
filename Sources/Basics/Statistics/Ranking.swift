/// A model's rows in ascending order of score, ready to be counted again and again under other weights.
///
/// The order is found once; each evaluation is one pass without sorting, which is what makes thousands of bootstrap
/// replicates cheap.
struct Ranking {
    /// A row each: where its weight stands, shifted left by two; bit 1 set on the last row of a tie; bit 0 for a positive.
    private let rows: [UInt32]

    /// Ranks rows.
    ///
    /// - Parameters:
    ///   - scores: No NaN; fewer than 2³⁰.
    ///   - labels: 0 or 1.
    ///   - positions: Where each row's weight stands; nil where weights are in the order of the rows.
    init(scores: [Double], labels: [Double], positions: [UInt32]?) {
        let order = Self.order(of: scores)
        rows = order.indices.map { rank in
            let row = Int(order[rank])
            let isLast = rank + 1 == order.count || scores[Int(order[rank + 1])] != scores[row]
            return (positions?[row] ?? UInt32(row)) << 2 | (isLast ? 2 : 0) | (labels[row] == 1 ? 1 : 0)
        }
    }

    /// The rows' numbers, lowest score first.
    static func order(of scores: [Double]) -> [UInt32] {
        var keyed = scores.enumerated().map { (score: $1, row: UInt32($0)) }
        keyed.sort { $0.score == $1.score ? $0.row < $1.row : $0.score < $1.score }
        return keyed.map(\.row)
    }

    /// Area under the ROC curve; nil when one class has no weight. O(n), no branch that depends on the data.
    func auroc(_ weights: UnsafeBufferPointer<UInt8>) -> Double? {
        rows.withUnsafeBufferPointer { rows in
            // Twice U, so that half a tie stays a whole number: exact, and the same on every machine.
            var doubledWins: UInt64 = 0
            var below: UInt64 = 0
            var tiedPositive: UInt64 = 0
            var tiedNegative: UInt64 = 0
            var positive: UInt64 = 0
            for packed in rows {
                let weight = UInt64(weights[Int(packed >> 2)])
                let isPositive = 0 &- UInt64(packed & 1)
                let isLast = 0 &- UInt64((packed >> 1) & 1)
                tiedPositive &+= weight & isPositive
                tiedNegative &+= weight & ~isPositive
                doubledWins &+= (tiedPositive &* (2 &* below &+ tiedNegative)) & isLast
                below &+= tiedNegative & isLast
                positive &+= tiedPositive & isLast
                tiedPositive &= ~isLast
                tiedNegative &= ~isLast
            }
            guard positive > 0, below > 0 else { return nil }
            return Double(doubledWins) / (2 * Double(positive) * Double(below))
        }
    }

    /// Average precision; nil when no positive has weight. O(n).
    func averagePrecision(_ weights: UnsafeBufferPointer<UInt8>) -> Double? {
        rows.withUnsafeBufferPointer { rows in
            var sum = 0.0
            var all: UInt64 = 0
            var positive: UInt64 = 0
            var tiedPositive: UInt64 = 0
            for rank in rows.indices.reversed() {
                let packed = rows[rank]
                let weight = UInt64(weights[Int(packed >> 2)])
                all &+= weight
                if packed & 1 != 0 { tiedPositive &+= weight }
                // From the top, a tie ends where the next row below is the last of its own.
                if rank == 0 || rows[rank - 1] & 2 != 0, tiedPositive > 0 {
                    positive &+= tiedPositive
                    sum += Double(tiedPositive) * Double(positive) / Double(all)
                    tiedPositive = 0
                }
            }
            return positive > 0 ? sum / Double(positive) : nil
        }
    }
}
