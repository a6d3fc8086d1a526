/// A model's rows in ascending order of score, ready to be counted again and again under other weights.
///
/// The order is found once; each evaluation is one pass without sorting, which is what makes thousands of bootstrap
/// replicates cheap.
struct Ranking {
    /// A row each, positives of a tie before its negatives: where its weight stands, shifted left by one; bit 0 for a
    /// positive.
    private let rows: [UInt32]
    /// The rows of ties that have both classes: where the weight stands, shifted left by two; bit 1 set on the last row of a
    /// tie; bit 0 for a positive.
    private let ties: [UInt32]
    /// For each row, whether the next lower score differs.
    private let isLowest: [Bool]

    /// Ranks rows.
    ///
    /// - Parameters:
    ///   - scores: No NaN; fewer than 2³⁰.
    ///   - labels: 0 or 1.
    ///   - positions: Where each row's weight stands; nil where weights are in the order of the rows.
    init(scores: [Double], labels: [Double], positions: [UInt32]?) {
        let order = Self.order(of: scores)
        var rows: [UInt32] = []
        var ties: [UInt32] = []
        var isLowest: [Bool] = []
        rows.reserveCapacity(order.count)
        isLowest.reserveCapacity(order.count)
        var start = 0
        while start < order.count {
            let score = scores[Int(order[start])]
            let end = order[start...].firstIndex { scores[Int($0)] != score } ?? order.count
            let places = order[start..<end].map { (place: positions?[Int($0)] ?? $0, isPositive: labels[Int($0)] == 1) }
            let positives = places.filter(\.isPositive).map(\.place)
            let negatives = places.filter { !$0.isPositive }.map(\.place)
            rows += positives.map { $0 << 1 | 1 } + negatives.map { $0 << 1 }
            if !positives.isEmpty, !negatives.isEmpty {
                ties += positives.map { $0 << 2 | 1 } + negatives.map { $0 << 2 }
                ties[ties.count - 1] |= 2
            }
            for place in start..<end { isLowest.append(place == start) }
            start = end
        }
        self.rows = rows
        self.ties = ties
        self.isLowest = isLowest
    }

    /// The rows' numbers, lowest score first.
    static func order(of scores: [Double]) -> [UInt32] {
        var keyed = scores.enumerated().map { (score: $1, row: UInt32($0)) }
        keyed.sort { $0.score == $1.score ? $0.row < $1.row : $0.score < $1.score }
        return keyed.map(\.row)
    }

    /// Area under the ROC curve; nil when one class has no weight. O(n), without a branch that depends on the data.
    func auroc(_ weights: UnsafeBufferPointer<UInt8>) -> Double? {
        // Whole numbers until the last line: exact, and the same on every machine.
        var wins: UInt64 = 0
        var below: UInt64 = 0
        var positive: UInt64 = 0
        rows.withUnsafeBufferPointer { rows in
            for packed in rows {
                let weight = UInt64(weights[Int(packed >> 1)])
                let wanted = weight & (0 &- UInt64(packed & 1))
                below &+= weight &- wanted
                positive &+= wanted
                wins &+= wanted &* below
            }
        }
        guard positive > 0, below > 0 else { return nil }
        // A positive was put before the negatives of its tie, and won none of them: half of each is due.
        return Double(2 &* wins &+ tiedPairs(weights)) / (2 * Double(positive) * Double(below))
    }

    /// How many pairs of a positive and a negative have the same score.
    private func tiedPairs(_ weights: UnsafeBufferPointer<UInt8>) -> UInt64 {
        ties.withUnsafeBufferPointer { ties in
            var pairs: UInt64 = 0
            var positive: UInt64 = 0
            var negative: UInt64 = 0
            for packed in ties {
                let weight = UInt64(weights[Int(packed >> 2)])
                let wanted = weight & (0 &- UInt64(packed & 1))
                positive &+= wanted
                negative &+= weight &- wanted
                let isLast = 0 &- UInt64((packed >> 1) & 1)
                pairs &+= (positive &* negative) & isLast
                positive &= ~isLast
                negative &= ~isLast
            }
            return pairs
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
                let weight = UInt64(weights[Int(packed >> 1)])
                all &+= weight
                if packed & 1 != 0 { tiedPositive &+= weight }
                if isLowest[rank], tiedPositive > 0 {
                    positive &+= tiedPositive
                    sum += Double(tiedPositive) * Double(positive) / Double(all)
                    tiedPositive = 0
                }
            }
            return positive > 0 ? sum / Double(positive) : nil
        }
    }
}
