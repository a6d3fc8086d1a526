/// Durations counted into buckets that grow with them: quantiles of any number of durations in a few hundred bytes.
///
/// Each power of two is cut into 32 equal buckets, the form of HdrHistogram (Tene, hdrhistogram.org), so that a quantile is
/// off by at most 1/64, about 1.6 %, whatever its size. Adding is O(1), merging adds the counts, and the order of both does
/// not matter.
public struct LatencySketch: Sendable, Hashable {
    private static let bits = 5
    private static let half = 1 << bits
    /// Longer durations count as this: 2³⁶ microseconds, 19 hours.
    private static let limit: UInt64 = 1 << 36
    /// The buckets up to the longest duration so far.
    private var counts: [UInt64] = []
    /// How many durations there are.
    public private(set) var count: UInt64 = 0

    /// A sketch of nothing.
    public init() {}

    /// Adds a duration.
    ///
    /// - Parameters:
    ///   - microseconds: The duration; a negative one counts as zero.
    ///   - times: How often.
    public mutating func add(microseconds: Int64, times: UInt64 = 1) {
        let bucket = Self.bucket(min(UInt64(max(0, microseconds)), Self.limit))
        if bucket >= counts.count { counts += repeatElement(0, count: bucket + 1 - counts.count) }
        counts[bucket] += times
        count += times
    }

    /// Adds all that another sketch holds.
    public mutating func merge(_ other: LatencySketch) {
        if other.counts.count > counts.count { counts += repeatElement(0, count: other.counts.count - counts.count) }
        for (bucket, added) in other.counts.enumerated() { counts[bucket] += added }
        count += other.count
    }

    /// The duration that a share of all durations does not exceed, in microseconds; nil for an empty sketch.
    ///
    /// - Parameter share: From 0 to 1, such as 0.99.
    public func quantile(_ share: Double) -> Double? {
        guard count > 0 else { return nil }
        let rank = max(1, UInt64((min(max(share, 0), 1) * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (bucket, held) in counts.enumerated() {
            seen += held
            if seen >= rank { return Self.middle(bucket) }
        }
        return nil
    }

    /// Below 64 each number has a bucket; above, a number's top six bits choose it.
    private static func bucket(_ value: UInt64) -> Int {
        let shift = max(0, 63 - bits - value.leadingZeroBitCount)
        return shift * half + Int(value >> UInt64(shift))
    }

    private static func middle(_ bucket: Int) -> Double {
        guard bucket >= 2 * half else { return Double(bucket) }
        let shift = bucket / half - 1
        let low = UInt64(bucket - shift * half) << UInt64(shift)
        return Double(low) + Double((UInt64(1) << UInt64(shift)) - 1) / 2
    }

    /// The counts, for storing; see ``init(counts:)``.
    public var packed: [UInt64] { counts }

    /// A sketch of stored counts.
    public init(counts: [UInt64]) {
        self.counts = Array(counts.prefix(Self.bucket(Self.limit) + 1))
        count = self.counts.reduce(0, +)
    }
}
