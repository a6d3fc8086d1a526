/// How long a model takes for one row, asked again and again: what a gate compares with its limit.
public struct LatencyReport: Sendable, Hashable {
    /// How many rows were asked, each alone.
    public let count: Int
    /// Half of the answers took at most this many milliseconds.
    public let p50Milliseconds: Double
    /// Ninety-nine of a hundred answers took at most this many milliseconds.
    public let p99Milliseconds: Double

    /// Sums up times.
    ///
    /// - Parameter seconds: The time of each answer.
    public init(seconds: [Double]) {
        let sorted = seconds.sorted()
        count = sorted.count
        p50Milliseconds = Self.quantile(0.5, of: sorted) * 1000
        p99Milliseconds = Self.quantile(0.99, of: sorted) * 1000
    }

    /// The smallest value that has at least that share at or below it; 0 where there are none.
    static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
    }
}
