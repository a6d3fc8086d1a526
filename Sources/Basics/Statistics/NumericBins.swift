/// Where the values of a number are counted: between the deciles of a reference.
///
/// Bin `i` takes the values above edge `i − 1` and up to edge `i`, the last one all above the last edge. Edges are values of
/// the reference and none occurs twice, so a value that fills half the reference (a zero, mostly) has a bin of its own
/// instead of several empty ones. Nulls, and NaN with them, are not a bin: they are counted beside.
public struct NumericBins: Sendable, Hashable {
    /// The upper bounds of all bins but the last, ascending.
    public let edges: [Double]
    /// The smallest value of the reference.
    public let minimum: Double
    /// The largest value of the reference.
    public let maximum: Double

    /// How many bins there are.
    public var count: Int { edges.count + 1 }

    /// Bins between given quantiles.
    ///
    /// - Parameters:
    ///   - quantiles: In any order; repeated ones, ones at the maximum (which would leave an empty bin above) and ones that
    ///     are not finite are dropped.
    ///   - minimum: The smallest value of the reference.
    ///   - maximum: The largest.
    public init(quantiles: [Double], minimum: Double, maximum: Double) {
        var edges: [Double] = []
        for value in quantiles.sorted() where value.isFinite && value < maximum && value != edges.last {
            edges.append(value)
        }
        self.edges = edges
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Bins between the quantiles of values, NaN left out; nil when nothing is left.
    ///
    /// - Parameters:
    ///   - values: The reference.
    ///   - bins: How many at most.
    public init?(of values: [Double], bins: Int = 10) {
        let sorted = values.filter { !$0.isNaN }.sorted()
        guard let first = sorted.first, let last = sorted.last, bins > 0 else { return nil }
        let quantiles = (1..<max(bins, 2)).map { Quantile.discrete(Double($0) / Double(bins), ofSorted: sorted) }
        self.init(quantiles: bins > 1 ? quantiles : [], minimum: first, maximum: last)
    }

    /// The bin of a value that is not NaN. Counts edges below it: a handful of comparisons without a branch.
    @inlinable  // Called for every value of every prediction, from another module.
    public func index(of value: Double) -> Int {
        edges.withUnsafeBufferPointer { edges in
            var index = 0
            for edge in edges { index &+= value > edge ? 1 : 0 }
            return index
        }
    }

    /// Whether the value is outside what the reference had.
    @inlinable
    public func isOutOfRange(_ value: Double) -> Bool { value < minimum || value > maximum }

    /// How many of the values fall into each bin, NaN left out.
    public func counts(_ values: [Double]) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: count)
        for value in values where !value.isNaN { counts[index(of: value)] += 1 }
        return counts
    }
}
