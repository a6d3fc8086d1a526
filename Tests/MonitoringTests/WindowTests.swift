import Basics
import MartletTesting
import Serving
import Storage
import Testing

@testable import Monitoring

@Suite struct WindowTests {
    @Test func `predictions as in training have no drift, warmer ones have, and the label is left out`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 3, rows: 300))
        try await bench.record(bench.batch("P2", hour: 30, rows: 300, warmer: 50))
        let windows = try await bench.windows()
        #expect(windows.count == 2)
        #expect(windows[0]["drift"]?.object?.keys == ["temp", "origin"])
        #expect(try #require(windows[0]["drift"]?["temp"]?["psi"]?.double) < 0.01)
        #expect(windows[0]["drift"]?["temp"]?["level"] == "ok")
        #expect(try #require(windows[1]["drift"]?["temp"]?["psi"]?.double) > 1)
        #expect(windows[1]["drift"]?["temp"]?["level"] == "alert")
        #expect(try #require(windows[1]["drift"]?["temp"]?["js"]?.double) > 0.4)
        #expect(windows[1]["drift"]?["temp"]?["out_of_range"]?.double == 0.5)
        #expect(try #require(windows[1]["drift"]?["origin"]?["psi"]?.double) < 0.01)
        #expect(try #require(windows[1]["score"]?["psi"]?.double) < 0.01)
        #expect(windows[0]["complete"] == true)
        #expect(windows[1]["complete"] == false)
        #expect(windows[0]["start"] == "2013-04-01T00:00:00.000Z")
        #expect(windows[0]["latency"]?["p99_ms"]?.double.map { abs($0 - 4) < 0.1 } == true)
    }

    @Test func `PSI counted at ingestion is PSI computed from the values`() async throws {
        let bench = try await Bench(.daily)
        let reference = (0..<1000).map { Double($0) / 10 }
        var values: [Double] = []
        for number in 0..<5 {
            let batch = try bench.batch("P\(number)", hour: Double(number), rows: 97, warmer: Double(number * 3))
            values += try #require(batch.inputs["temp"]?.doubles)
            try await bench.record(batch)
        }
        let bins = try #require(NumericBins(of: reference))
        let expected = Divergence.psi(expected: bins.counts(reference), actual: bins.counts(values))
        #expect(try await bench.windows().first?["drift"]?["temp"]?["psi"]?.double == expected)
    }

    @Test func `rows of one request go to the windows of their event times, late ones to their own`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 80))
        var mixed = try bench.batch("P2", hour: 0)
        for row in 0..<100 {
            mixed.eventTimes[row] = Bench.start + .seconds(Double([10, 30, -5][row % 3]) * 3600)
        }
        try await bench.record(mixed)
        let windows = try await bench.windows()
        #expect(windows.map { $0["predictions"] } == [33, 34, 33, 100])
        #expect(windows[0]["start"] == "2013-03-31T00:00:00.000Z")
        let prediction = try await bench.monitoring.prediction("P2-2")
        #expect(prediction?.eventTime == Bench.start - .seconds(5 * 3600))
    }

    @Test func `a window with two versions shows both, drift against the reference of the larger`() async throws {
        let bench = try await Bench(.daily)
        try await bench.setReference(version: 2, warmer: 50)
        try await bench.record(bench.batch("P1", hour: 3, rows: 100))
        try await bench.record(bench.batch("P2", hour: 4, rows: 300, version: 2, warmer: 50))
        let window = try #require(try await bench.windows().first)
        #expect(window["versions"] == ["1": 100, "2": 300])
        #expect(window["version"] == 2)
        #expect(try #require(window["drift"]?["temp"]?["psi"]?.double) < 0.01)
    }

    @Test func `predictions before there is a reference are counted, and compared from when there is one`() async throws
    {
        let bench = try await Bench(.daily, reference: false)
        try await bench.record(bench.batch("P1", hour: 3))
        #expect(try await bench.windows().first?["drift"] == [:])
        try await bench.setReference(version: 1)
        try await bench.record(bench.batch("P2", hour: 4, rows: 200))
        let window = try #require(try await bench.windows().first)
        #expect(window["predictions"] == 300)
        #expect(window["drift"]?["temp"]?["psi"]?.double != nil)
    }

    @Test func `without holdout scores the first complete window is what later scores are compared with`() async throws
    {
        let bench = try await Bench(MonitorSpec(drift: .init(minimum: 100)), reference: false)
        try await bench.setReference(version: 1, scores: [])
        try await bench.record(bench.batch("P1", hour: 3))
        #expect(try await bench.windows().first?["score"]?["psi"] == .null)
        try await bench.record(bench.batch("P2", hour: 30))
        try await bench.record(bench.batch("P3", hour: 54, scores: (0..<100).map { 0.9 + Double($0) / 1000 }))
        let windows = try await bench.windows()
        #expect(windows[1]["score"]?["psi"]?.double == 0)
        #expect(try #require(windows[2]["score"]?["psi"]?.double) > 1)
    }

    @Test func `nulls and categories that were never seen have rates`() async throws {
        let bench = try await Bench(.daily)
        var batch = try bench.batch("P1", hour: 3, rows: 100)
        var temperatures = ColumnBuilder(ColumnSchema("temp", .double))
        for row in 0..<100 { if row % 4 == 0 { temperatures.appendNull() } else { temperatures.append(Double(row)) } }
        batch.inputs = try ColumnTable([
            temperatures.column, .strings("origin", (0..<100).map { $0 < 10 ? "SFO" : "JFK" }),
        ])
        try await bench.record(batch)
        let drift = try #require(try await bench.windows().first?["drift"])
        #expect(drift["temp"]?["nulls"] == 0.25)
        #expect(drift["origin"]?["out_of_range"] == 0.1)
    }

    @Test func `a deployment that declares nothing is logged and counted by the day`() async throws {
        let bench = try await Bench(nil, reference: false)
        try await bench.record(bench.batch("P1", hour: 3))
        try await bench.record(bench.batch("P2", hour: 27))
        #expect(try await bench.windows().map { $0["predictions"] } == [100, 100])
    }
}
