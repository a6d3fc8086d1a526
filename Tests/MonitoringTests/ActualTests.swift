import Basics
import MartletTesting
import Serving
import Storage
import Testing

@testable import Monitoring

@Suite struct ActualTests {
    @Test func `actuals by id and by key give the window its quality`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 3))
        let outcome: @Sendable (Int) -> Double = { ($0 * 7) % 10 > 6 ? 1 : 0 }
        let byKey = bench.actuals("P1", outcome).prefix(50)
        let byID = (50..<100).map { Actual(.prediction("P1-\($0)"), value: outcome($0), time: Bench.start) }
        let report = try await bench.monitoring.add(Array(byKey) + byID, deployment: "flights")
        #expect(report.accepted == 100)
        let labels = (0..<100).map(outcome)
        let scores = (0..<100).map { (Double($0) + 0.5) / 100 }
        let quality = try #require(try await bench.windows().first?["quality"])
        for metric in Metric.allCases where metric.isClassification {
            let exact = try #require(try metric.value(predictions: scores, labels: labels))
            let shown = try #require(quality[metric.rawValue]?.double)
            #expect(abs(shown - exact) < 1e-9, "\(metric)")
        }
        #expect(quality["positives"] == 30)
        #expect(quality["rmse"] == nil)
        #expect(try await bench.monitoring.prediction("P1-9")?.actual == outcome(9))
    }

    @Test func `the same again is a duplicate, another value a conflict, and to replace it must be said`() async throws
    {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 3))
        _ = try await bench.monitoring.add(bench.actuals("P1") { $0 > 50 ? 1 : 0 }, deployment: "flights")
        let before = try await bench.windows()
        let again = try await bench.monitoring.add(bench.actuals("P1") { $0 > 50 ? 1 : 0 }, deployment: "flights")
        #expect(again.accepted == 0)
        #expect(again.duplicates.count == 100)
        let other = Actual(.prediction("P1-0"), value: 1, time: Bench.start)
        let conflict = try await bench.monitoring.add([other], deployment: nil)
        #expect(conflict.conflicts == [.init(name: "P1-0", stored: 0, given: 1)])
        #expect(try await bench.windows() == before)

        let replaced = try await bench.monitoring.add(
            bench.actuals("P1", replace: true) { $0 > 20 ? 1 : 0 },
            deployment: "flights"
        )
        #expect(replaced.accepted == 30)
        #expect(replaced.duplicates.count == 70)
        let fresh = try await Bench(.daily)
        try await fresh.record(fresh.batch("P1", hour: 3))
        _ = try await fresh.monitoring.add(fresh.actuals("P1") { $0 > 20 ? 1 : 0 }, deployment: "flights")
        let (old, new) = (try await bench.windows()[0]["quality"], try await fresh.windows()[0]["quality"])
        for key in ["auroc", "brier", "accuracy", "positives", "rated", "log_loss"] {
            let (a, b) = (try #require(old?[key]?.double), try #require(new?[key]?.double))
            #expect(abs(a - b) < 1e-12, "\(key)")
        }
    }

    @Test func `an actual before its prediction, or for another deployment's, is unknown and may come again`()
        async throws
    {
        let bench = try await Bench(.daily)
        let early = try await bench.monitoring.add(bench.actuals("P1", rows: 2) { _ in 1 }, deployment: "flights")
        #expect(early.unknown == ["P1/0", "P1/1"])
        try await bench.record(bench.batch("P1", hour: 3))
        #expect(
            try await bench.monitoring.add(bench.actuals("P1", rows: 2) { _ in 1 }, deployment: "other").unknown.count
                == 2
        )
        let foreign = Actual(.prediction("P1-0"), value: 1, time: Bench.start)
        #expect(try await bench.monitoring.add([foreign], deployment: "other").unknown == ["P1-0"])
        #expect(
            try await bench.monitoring.add(bench.actuals("P1", rows: 2) { _ in 1 }, deployment: "flights").accepted == 2
        )
    }

    @Test func `a key of several rows of one request is ambiguous, one of several requests is for all`() async throws {
        let bench = try await Bench(.daily)
        var shared = try bench.batch("P1", hour: 3, rows: 2)
        shared.keys = ["same", "same"]
        try await bench.record(shared)
        let actual = Actual(.correlation("same"), value: 1, time: Bench.start)
        #expect(try await bench.monitoring.add([actual], deployment: "flights").ambiguous == ["same"])
        for id in ["P2", "P3"] {
            var retried = try bench.batch(id, hour: 3, rows: 1)
            retried.keys = ["retried"]
            try await bench.record(retried)
        }
        let both = Actual(.correlation("retried"), value: 1, time: Bench.start)
        #expect(try await bench.monitoring.add([both], deployment: "flights").accepted == 1)
        #expect(try await bench.monitoring.prediction("P2-0")?.actual == 1)
        #expect(try await bench.monitoring.prediction("P3-0")?.actual == 1)
        #expect(try await bench.windows().first?["actuals"] == 2)
    }

    @Test func `numbers as actuals make a regression's figures`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 3, rows: 2, scores: [10, 20]))
        _ = try await bench.monitoring.add(bench.actuals("P1", rows: 2) { $0 == 0 ? 13 : 16 }, deployment: "flights")
        let quality = try #require(try await bench.windows().first?["quality"])
        #expect(quality["mae"]?.double == 3.5)
        #expect(quality["rmse"]?.double.map { abs($0 - 12.5.squareRoot()) < 1e-12 } == true)
        #expect(quality["auroc"] == nil)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let item: JSON
        let message: String
        var testDescription: String { message }
    }

    static let refusals: [Refusal] = [
        Refusal(item: 3, message: "items[4] is a whole number (each item is an object)"),
        Refusal(
            item: ["prediction_id": "a-0", "actual": "late"],
            message: "items[4].actual is a string (a finite number, true or false)"
        ),
        Refusal(
            item: ["prediction_id": "a-0"],
            message: "items[4].actual is missing (a finite number, true or false)"
        ),
        Refusal(
            item: ["prediction_id": "a-0", "actual": .double(.nan)],
            message: "items[4].actual is a number (a finite number, true or false)"
        ),
        Refusal(
            item: ["actual": 1],
            message:
                "items[4] does not say which prediction it is about (give either 'prediction_id' or 'correlation_id', a text)"
        ),
        Refusal(
            item: ["prediction_id": "a-0", "actual": 1, "time": "yesterday"],
            message: "items[4].time is not a time (ISO 8601, in UTC if no zone)"
        ),
        Refusal(
            item: ["prediction_id": "a-0", "actuals": 1],
            message:
                "items[4] has an unknown field 'actuals' (did you mean 'actual'? there are: actual, correlation_id, prediction_id, replace, time)"
        ),
    ]

    @Test(arguments: refusals) func `a malformed actual is told with its place`(_ refusal: Refusal) {
        #expect {
            _ = try Actual(refusal.item, 4, now: Bench.start, replace: false)
        } throws: {
            "\($0)" == refusal.message
        }
    }
}
