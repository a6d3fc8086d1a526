import Basics
import Testing

@Suite struct DriftTests {
    @Test func `PSI and Jensen-Shannon have the values of their formulas`() {
        // NumPy with the floor of 0.0001; SciPy 1.17.1, jensenshannon(base=2).
        #expect(isClose(Divergence.psi(expected: [10, 20, 30, 40], actual: [25, 25, 0, 50]), 2.5720247760165633))
        #expect(
            isClose(Divergence.jensenShannonDistance([10, 20, 30, 40], [25, 25, 0, 50]), 0.4242376222237246)
        )
    }

    @Test func `nothing in common is one, the same at another size is zero, and nothing at all is unknown`() {
        #expect(Divergence.jensenShannon([5, 0], [0, 9]) == 1)
        #expect(Divergence.jensenShannon([5, 10], [10, 20]) == 0)
        #expect(Divergence.psi(expected: [5, 10], actual: [10, 20]) == 0)
        #expect(Divergence.psi(expected: [5, 10], actual: [0, 0]) == nil)
        #expect(Divergence.psi(expected: [5], actual: [1, 2]) == nil)
    }

    @Test func `deciles put a tenth into each bin, and a value that fills half the reference has a bin of its own`()
        throws
    {
        let spread = try #require(NumericBins(of: (0..<1000).map(Double.init)))
        #expect(spread.count == 10)
        #expect(spread.counts((0..<1000).map(Double.init)) == [UInt64](repeating: 100, count: 10))
        let rain = [Double](repeating: 0, count: 850) + (0..<150).map { Double($0 + 1) / 100 }
        let bins = try #require(NumericBins(of: rain))
        #expect(bins.edges == [0, 0.5])
        #expect(bins.counts(rain) == [850, 50, 100])
        #expect(bins.isOutOfRange(1.51))
        #expect(!bins.isOutOfRange(1.5))
        #expect(NumericBins(of: [.nan]) == nil)
        #expect(NumericBins(of: [3, 3, .nan])?.counts([2, 3, 4, .nan]) == [3])
    }

    @Test(arguments: 1...10) func `a value lies above the edge below its bin and not above its own`(_ seed: Int) throws
    {
        let values = sample(300, seed: seed).map { ($0 * 40).rounded() }
        let bins = try #require(NumericBins(of: values))
        for value in values + [-1, 50] {
            let index = bins.index(of: value)
            #expect(index == 0 || value > bins.edges[index - 1])
            #expect(index == bins.edges.count || value <= bins.edges[index])
        }
        #expect(bins.counts(values).allSatisfy { $0 > 0 })
    }

    @Test func `categories beyond the most frequent ones share a bin, which tells whether they were ever seen`() {
        let few = CategoryBins(of: ["b", "a", "b", "c"], limit: 3)
        #expect(few.categories == ["b", "a", "c"])
        #expect(few.counts(["b", "x", "x"]) == [1, 0, 0, 2])
        #expect(few.isUnseen(bin: few.index(of: "x")))
        let many = CategoryBins(of: ["b", "a", "b", "c"], limit: 2)
        #expect(many.categories == ["b", "a"])
        #expect(!many.isUnseen(bin: many.index(of: "x")))
    }

    @Test func `quantiles of a sketch are within 1.6 percent, merged or not`() throws {
        let values = sample(5000, seed: 11).map { Int64(1 / ($0 + 1e-5) * 300) }
        var (all, first, second) = (LatencySketch(), LatencySketch(), LatencySketch())
        for (row, value) in values.enumerated() {
            all.add(microseconds: value)
            if row % 3 == 0 { first.add(microseconds: value) } else { second.add(microseconds: value) }
        }
        first.merge(second)
        #expect(first == all)
        #expect(LatencySketch(counts: all.packed) == all)
        let sorted = values.map(Double.init).sorted()
        for share in [0, 0.01, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = Quantile.discrete(share, ofSorted: sorted)
            #expect(isClose(all.quantile(share), exact, within: 1.0 / 64))
        }
        #expect(LatencySketch().quantile(0.5) == nil)
    }

    @Test func `a sketch takes any duration`() throws {
        var sketch = LatencySketch()
        for value in [Int64.min, -1, 0, 1, 63, 64, 65, .max] { sketch.add(microseconds: value) }
        #expect(sketch.count == 8)
        #expect(sketch.quantile(0) == 0)
        #expect(isClose(sketch.quantile(1), 0x1p36, within: 1.0 / 64))
    }

    @Test func `the area under binned scores is within its bound`() throws {
        let data = Sample()
        for (scores, bins) in [(data.smooth, 512), (data.smooth, 16), (data.tied, 4)] {
            var histogram = ScoreHistogram(bins: bins)
            for (score, label) in zip(scores, data.labels) { histogram.add(score: score, isPositive: label == 1) }
            let exact = try #require(try Metric.auroc.value(predictions: scores, labels: data.labels))
            let error = try #require(histogram.aurocError)
            #expect(abs(try #require(histogram.auroc) - exact) <= error)
        }
        var exactBins = ScoreHistogram(bins: 512)
        for (score, label) in zip(data.tied, data.labels) { exactBins.add(score: score, isPositive: label == 1) }
        #expect(isClose(exactBins.auroc, 0.8931670641229466))
        #expect(isClose(exactBins.averagePrecision, 0.8172562591134866))
        #expect(ScoreHistogram(bins: 8).auroc == nil)
    }
}
