import Basics

/// Where scores are counted: 512 equal bins between two bounds.
struct ScoreScale: Sendable, Hashable {
    static let bins = 512
    /// Probabilities.
    static let unit = ScoreScale(low: 0, high: 1)

    let low: Double
    let high: Double

    /// The bounds that suit some scores: [0, 1] where all lie in it, else theirs and a tenth of their spread on each side.
    init(suiting scores: some Sequence<Double>) {
        var (low, high) = (Double.infinity, -Double.infinity)
        for score in scores where score.isFinite { (low, high) = (min(low, score), max(high, score)) }
        guard low <= high, low < 0 || high > 1 else {
            self = .unit
            return
        }
        let margin = low == high ? max(1, abs(low)) : (high - low) / 10
        self.init(low: low - margin, high: high + margin)
    }

    init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    var isUnit: Bool { self == .unit }

    @inline(__always)
    func bin(_ score: Double) -> Int { ScoreHistogram.bin((score - low) / (high - low), of: Self.bins) }
}

/// How the scores of a version were distributed where it was judged before it went live.
struct ScoreProfile: Sendable, Hashable {
    let scale: ScoreScale
    let counts: [UInt64]

    init?(scores: [Double]) {
        let finite = scores.filter(\.isFinite)
        guard !finite.isEmpty else { return nil }
        scale = ScoreScale(suiting: finite)
        var counts = [UInt64](repeating: 0, count: ScoreScale.bins)
        for score in finite { counts[scale.bin(score)] += 1 }
        self.counts = counts
    }

    init(scale: ScoreScale, counts: [UInt64]) {
        self.scale = scale
        self.counts = counts
    }

    /// Both distributions in at most ten bins that hold a tenth of the reference each, or more where it is dense.
    ///
    /// 512 bins would make PSI a measure of how few rows a window has.
    func grouped(with other: [UInt64]) -> (reference: [UInt64], other: [UInt64]) {
        let total = counts.reduce(0, +)
        var reference: [UInt64] = []
        var current: [UInt64] = []
        var (first, second): (UInt64, UInt64) = (0, 0)
        var seen: UInt64 = 0
        for (bin, count) in counts.enumerated() {
            first += count
            second += bin < other.count ? other[bin] : 0
            seen += count
            let isLast = bin == counts.count - 1
            if isLast || (seen * 10 >= total * UInt64(reference.count + 1) && seen < total && first > 0) {
                reference.append(first)
                current.append(second)
                (first, second) = (0, 0)
            }
        }
        return (reference, current)
    }

    var packed: [UInt8] {
        var writer = PackedWriter()
        writer.double(scale.low)
        writer.double(scale.high)
        writer.counts(counts)
        return writer.bytes
    }

    init(packed: [UInt8]) throws {
        var reader = PackedReader(packed)
        scale = ScoreScale(low: try reader.double(), high: try reader.double())
        counts = try reader.counts()
        guard counts.count == ScoreScale.bins, scale.low < scale.high else { throw PackedReader.damaged }
    }
}
