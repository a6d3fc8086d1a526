import Basics
import Testing

@Suite struct MetricTests {
    private let data = Sample()

    /// Made with scikit-learn 1.9.1.
    static let facts: [(Metric, tied: Double, smooth: Double)] = [
        (.auroc, 0.8931670641229466, 0.7520535241123476),
        (.averagePrecision, 0.8172562591134866, 0.6449215483856516),
        (.logLoss, 0.514511998136587, 0.6338929609867994),
        (.brier, 0.14476499999999998, 0.2109364270349907),
        (.accuracy, 0.79, 0.688),
        (.rmse, 0.3804799600504604, 0.4592781586740117),
        (.mae, 0.3057, 0.37837443744577465),
    ]

    @Test(arguments: facts) func `a metric has scikit-learn's value`(_ fact: (Metric, tied: Double, smooth: Double))
        throws
    {
        #expect(isClose(try fact.0.value(predictions: data.tied, labels: data.labels), fact.tied))
        #expect(isClose(try fact.0.value(predictions: data.smooth, labels: data.labels), fact.smooth))
    }

    @Test(arguments: 1...20) func `AUROC is the share of pairs in the right order, a tie counting half`(_ seed: Int)
        throws
    {
        let scores = sample(60, seed: seed).map { ($0 * 8).rounded() / 8 }
        let labels = sample(60, seed: seed + 1000).map { $0 > 0.6 ? 1.0 : 0 }
        var wins = 0.0
        var pairs = 0.0
        for (positive, above) in zip(scores, labels) where above == 1 {
            for (negative, below) in zip(scores, labels) where below == 0 {
                pairs += 1
                wins += positive > negative ? 1 : positive == negative ? 0.5 : 0
            }
        }
        #expect(isClose(try Metric.auroc.value(predictions: scores, labels: labels), wins / pairs))
    }

    @Test func `a metric that is not defined has no value`() throws {
        #expect(try Metric.auroc.value(predictions: [0.1, 0.9], labels: [1, 1]) == nil)
        #expect(try Metric.averagePrecision.value(predictions: [0.1, 0.9], labels: [0, 0]) == nil)
        #expect(try Metric.brier.value(predictions: [], labels: []) == nil)
        #expect(try Metric.brier.value(predictions: [1.5], labels: [1]) == nil)
        #expect(try Metric.logLoss.value(predictions: [-0.1], labels: [1]) == nil)
        #expect(try Metric.auroc.value(predictions: [.nan, 0.9], labels: [0, 1]) == nil)
        #expect(try Metric.rmse.value(predictions: [.infinity], labels: [1]) == .infinity)
        #expect(try Metric.classification(scores: [2, 3], labels: [0, 1]).keys.contains(.logLoss) == false)
    }

    @Test func `a sure mistake costs as much as scikit-learn charges, not infinity`() throws {
        #expect(isClose(try Metric.logLoss.value(predictions: [1], labels: [0]), 36.04365338911715))
    }

    @Test func `labels that are not 0 or 1, other lengths and unknown names are refused`() {
        func text(_ body: () throws -> Void) -> String? {
            do { try body() } catch { return "\(error)" }
            return nil
        }
        #expect(
            text { _ = try Metric.auroc.value(predictions: [0.5], labels: [2]) }
                == "label 0 is 2.0 ('auroc' takes 0 or 1)"
        )
        #expect(
            text { _ = try Metric.mae.value(predictions: [0.5], labels: []) }
                == "there are 1 predictions and 0 labels (give one label for each prediction)"
        )
        #expect(text { _ = try Metric.named("auorc") }?.contains("did you mean 'auroc'?") == true)
    }
}
