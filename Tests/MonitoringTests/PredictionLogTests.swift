import Basics
import Ledger
import MartletTesting
import Serving
import Storage
import Testing

@testable import Monitoring

@Suite struct PredictionLogTests {
    @Test func `a prediction is found by its id with all that was known`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 3))
        let found = try #require(try await bench.monitoring.prediction("P1-42"))
        #expect(found.inputs == ["temp": 42.05, "origin": "EWR"])
        #expect(found.outputs == ["prediction": 0.425])
        #expect(found.score == 0.425)
        #expect(found.version == 1)
        #expect(found.correlationID == "P1/42")
        #expect(found.latencyMilliseconds == 4)
        #expect(found.eventTime == Bench.start + .seconds(3 * 3600))
        #expect(found.actual == nil)
        #expect(try await bench.monitoring.predictions(correlation: "P1/42") == ["P1-42"])
    }

    @Test(arguments: ["P1-100", "P1--1", "P1", "-0", "P1-", "P1-+1", "P2-0", "", "P1-99999999999999999999"])
    func `what is no prediction is not found`(_ id: String) async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 3))
        #expect(try await bench.monitoring.prediction(id) == nil)
    }

    @Test func `every type of column comes back, nulls and not finite numbers too`() async throws {
        let bench = try await Bench(.daily)
        var doubles = ColumnBuilder(ColumnSchema("d", .double))
        var strings = ColumnBuilder(ColumnSchema("s", .string))
        for row in 0..<3 {
            if row == 1 { doubles.appendNull() } else { doubles.append(row == 0 ? -0.1 : .infinity) }
            if row == 2 { strings.appendNull() } else { strings.append(row == 0 ? "" : "ä\u{0}\"") }
        }
        let inputs = try ColumnTable([
            doubles.column, strings.column, .longs("l", [.min, 0, .max]), .booleans("b", [true, false, true]),
            .datetimes("t", [-1, 0, 1_364_774_400_000]), TableColumn("i", .integer([.min, 7, .max])),
            TableColumn("f", .float([0.1, -.infinity, 3])),
        ])
        var batch = try bench.batch("P1", hour: 1, rows: 3)
        batch.inputs = inputs
        try await bench.record(batch)
        for row in 0..<3 {
            #expect(try await bench.monitoring.prediction("P1-\(row)")?.inputs == inputs.record(row))
        }
    }

    @Test func `the same request twice is one`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 3))
        try await bench.record(bench.batch("P1", hour: 3))
        #expect(try await bench.windows().first?["predictions"] == 100)
    }

    @Test func `many requests at once are all there and all counted, and a bad one fails alone`() async throws {
        let bench = try await Bench(.daily)
        var long = try bench.batch("bad", hour: 1)
        long.keys[0] = String(repeating: "x", count: 600)
        await #expect(throws: MartletError.self) { try await bench.record(long) }
        var short = try bench.batch("bad", hour: 1)
        short.scores.removeLast()
        await #expect(throws: MartletError.self) { try await bench.record(short) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                let batch = try bench.batch("P\(number)", hour: Double(number % 48), rows: 10)
                group.addTask { try await bench.record(batch) }
            }
            try await group.waitForAll()
        }
        #expect(try await bench.windows().map { $0["predictions"] } == [1040, 960])
        for number in 0..<200 { #expect(try await bench.monitoring.prediction("P\(number)-9") != nil) }
    }

    @Test func `a new server counts on from exactly what was stored`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 3))
        _ = try await bench.monitoring.add(bench.actuals("P1") { $0 > 50 ? 1 : 0 }, deployment: "flights")
        let again = Bench.room(bench.store)
        try await again.record(bench.batch("P2", hour: 4, warmer: 10))
        // The first server's kept counts are older now, and it notices.
        try await bench.record(bench.batch("P3", hour: 5, warmer: 20))
        let third = Bench.room(bench.store)
        let window = try #require(try await bench.windows(third).first)
        #expect(window["predictions"] == 300)
        #expect(window["actuals"] == 100)

        let whole = try await Bench(.daily)
        try await whole.record(bench.batch("P1", hour: 3))
        try await whole.record(bench.batch("P2", hour: 4, warmer: 10))
        try await whole.record(bench.batch("P3", hour: 5, warmer: 20))
        _ = try await whole.monitoring.add(whole.actuals("P1") { $0 > 50 ? 1 : 0 }, deployment: "flights")
        #expect(try await whole.windows() == bench.windows(third))
    }

    @Test func `counts of a transaction that is rolled back are not kept`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 3))
        let recorder = Recorder(
            cache: bench.monitoring.cache,
            windows: bench.monitoring.windows,
            layouts: LayoutMemory(),
            judge: bench.monitoring.judge
        )
        let lost = try PreparedBatch(bench.batch("P2", hour: 3))
        await #expect(throws: MartletError.self) {
            try await bench.store.database.write { tx in
                try recorder.record(tx, [lost])
                throw MartletError(.conflict, "undone")
            }
        }
        try await bench.record(bench.batch("P3", hour: 3))
        #expect(try await bench.windows().first?["predictions"] == 200)
        #expect(try await bench.monitoring.prediction("P2-0") == nil)
    }

    @Test func `damaged bytes are told, not trusted`() throws {
        var tally = WindowTally(nil)
        tally.predictions = 12_345
        tally.scores[7] = 1 << 40
        tally.latency.add(microseconds: 900)
        let bytes = tally.packed
        #expect(try WindowTally(packed: bytes) == tally)
        #expect(bytes.count < 80)
        for length in 0..<bytes.count {
            #expect(throws: MartletError.self) { try WindowTally(packed: Array(bytes.prefix(length))) }
        }
        for place in bytes.indices {
            var other = bytes
            other[place] = 0xFF
            _ = try? WindowTally(packed: other)
        }
    }
}
