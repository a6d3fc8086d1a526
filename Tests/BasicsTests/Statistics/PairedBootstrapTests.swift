import Testing

@testable import Basics

@Suite struct PairedBootstrapTests {
    private let data = Sample()

    @Test func `confidence and interval are those of a plain bootstrap`() throws {
        // 20,000 replicates with NumPy and scikit-learn: 0.4093, from -0.0604 to 0.0476.
        // The reference drew rows and sorted them each time.
        let found = try PairedBootstrap(replicates: 4000, seed: 3)
            .compare(.auroc, champion: data.champion, challenger: data.challenger, labels: data.labels)
        let result = try #require(found)
        #expect(isClose(result.champion, 0.6755431902490727))
        #expect(isClose(result.challenger, 0.6691673290937997))
        #expect(isClose(result.confidence, 0.4093, within: 0.03))
        let interval = try #require(result.interval)
        #expect(isClose(interval.lowerBound, -0.0604, within: 0.004))
        #expect(isClose(interval.upperBound, 0.0476, within: 0.004))
        #expect(result.replicates == 4000)
    }

    @Test func `the same seed gives the same answer, another seed another`() throws {
        func run(_ seed: UInt64) throws -> PairedComparison? {
            try PairedBootstrap(replicates: 100, seed: seed)
                .compare(.auroc, champion: data.champion, challenger: data.challenger, labels: data.labels)
        }
        #expect(try run(1) == run(1))
        #expect(try run(1) != run(2))
    }

    @Test(arguments: Metric.allCases) func `a model is exactly as good as itself, and a better one surely better`(
        _ metric: Metric
    ) throws {
        let bootstrap = PairedBootstrap(replicates: 50, seed: 1)
        let same = try bootstrap.compare(
            metric,
            champion: data.smooth,
            challenger: data.smooth,
            labels: data.labels
        )
        #expect(same?.confidence == 0.5)
        #expect(same?.interval == 0...0)
        let better = data.labels.map { $0 == 1 ? 0.9 : 0.1 }
        let found = try bootstrap.compare(metric, champion: data.smooth, challenger: better, labels: data.labels)
        #expect(found?.confidence == 1)
        let worse = try bootstrap.compare(metric, champion: better, challenger: data.smooth, labels: data.labels)
        #expect(worse?.confidence == 0)
    }

    @Test(arguments: [Metric.auroc, .averagePrecision, .logLoss, .mae])
    func `a weight of k counts a row k times`(_ metric: Metric) throws {
        let weights = (0..<500).map { UInt8($0 % 4) }
        var repeated: (scores: [Double], labels: [Double]) = ([], [])
        for row in 0..<500 {
            for _ in 0..<weights[row] {
                repeated.scores.append(data.tied[row])
                repeated.labels.append(data.labels[row])
            }
        }
        let expected = try #require(try metric.value(predictions: repeated.scores, labels: repeated.labels))
        let ranking = Ranking(scores: data.tied, labels: data.labels, positions: nil)
        let value = weights.withUnsafeBufferPointer { weights -> Double? in
            switch metric {
            case .auroc: ranking.auroc(weights)
            case .averagePrecision: ranking.averagePrecision(weights)
            default:
                // The pass divides by the number of rows, which in a draw is the sum of the weights.
                RowLosses(metric, data.tied, data.labels).map {
                    $0.value(weights) * 500 / Double(repeated.labels.count)
                }
            }
        }
        #expect(isClose(value, expected))
    }

    @Test(arguments: [1, 2, 7, 100, 1001]) func `a draw has as many rows as there are, each equally often on average`(
        _ count: Int
    ) {
        var source = BootstrapWeights(count: count, seed: 9)
        var weights = [UInt8](repeating: 0, count: count)
        var sums = [Double](repeating: 0, count: count)
        var squares = 0.0
        let draws = 2000
        for _ in 0..<draws {
            weights.withUnsafeMutableBufferPointer { source.draw(into: $0) }
            #expect(weights.reduce(0) { $0 + Int($1) } == count)
            for (row, weight) in weights.enumerated() {
                sums[row] += Double(weight)
                squares += Double(weight) * Double(weight)
            }
        }
        // A count is binomial with n = rows and p = 1 / rows: mean 1, variance 1 - 1 / rows.
        let variance = squares / Double(draws * count) - 1
        #expect(abs(variance - (1 - 1 / Double(count))) < 0.06)
        #expect(sums.allSatisfy { abs($0 / Double(draws) - 1) < 0.13 })
    }

    @Test func `one class only has no comparison, and no replicates is an error`() throws {
        let ones = [Double](repeating: 1, count: 500)
        let bootstrap = PairedBootstrap(replicates: 10, seed: 1)
        #expect(
            try bootstrap.compare(.auroc, champion: data.smooth, challenger: data.tied, labels: ones) == nil
        )
        #expect(throws: MartletError.self) {
            try PairedBootstrap(replicates: 0, seed: 1)
                .compare(.auroc, champion: data.smooth, challenger: data.tied, labels: data.labels)
        }
    }

    @Test func `random numbers are those of the reference implementation`() {
        // splitmix64 of seed 0 begins with 0xE220A8397B1DCDAF; xoshiro256** of that state as its authors' C code has it.
        var generator = SeededGenerator(seed: 0)
        #expect(generator.next() == 0x99EC_5F36_CB75_F2B4)
        #expect(generator.next() == 0xBF6E_1F78_4956_452A)
    }
}
