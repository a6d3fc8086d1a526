import Basics
import Ledger
import MartletTesting
import Serving
import Storage
import Testing

@testable import Monitoring

@Suite struct AlertTests {
    @Test func `an alert opens when a window of drift is complete, stays one, and closes after two calm ones`()
        async throws
    {
        let bench = try await Bench(.daily)
        // A day each: calm, warm, warm, middling would stay, calm, calm.
        let days: [(warmer: Double, events: [String])] = [
            (0, []), (50, []), (50, ["alert.fired drift temp"]), (0, []), (50, []), (0, []), (0, []),
            (0, ["alert.resolved drift temp"]), (0, []),
        ]
        var expected: [String] = []
        for (day, step) in days.enumerated() {
            try await bench.record(bench.batch("P\(day)", hour: Double(day * 24 + 12), warmer: step.warmer))
            expected += step.events
            #expect(try await bench.events() == expected, "day \(day)")
        }
        let alert = try #require(try await bench.monitoring.alerts(openOnly: false).first)
        #expect(alert.opened == Bench.start + .seconds((2 * 24 + 12) * 3600))
        #expect(alert.window.lowerBound == Bench.start + .seconds(24 * 3600))
        #expect(alert.value > 1)
        #expect(alert.threshold == 0.25)
        #expect(alert.closed == Bench.start + .seconds((7 * 24 + 12) * 3600))
        let event = try #require(try await bench.store.ledger.events(after: 0, kinds: ["alert.fired"]).first)
        #expect(event.subject == "alert:\(alert.id)")
        #expect(event.eventTime == alert.opened)
        #expect(event.payload["deployment"] == "flights")
        #expect(event.payload["window"] == "2013-04-02T00:00:00.000Z")
    }

    @Test func `too few predictions are not judged, nor is a running window, nor one that was late`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 1, rows: 99, warmer: 50))
        try await bench.record(bench.batch("P2", hour: 25, rows: 300, warmer: 50))
        #expect(try await bench.events() == [])
        try await bench.record(bench.batch("P3", hour: -100, rows: 300, warmer: 50))
        #expect(try await bench.events() == [])
        try await bench.record(bench.batch("P4", hour: 49))
        #expect(try await bench.events() == ["alert.fired drift temp"])
    }

    @Test func `a wrong date far ahead completes nothing`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 1, warmer: 50))
        var wrong = try bench.batch("P2", hour: 2)
        wrong.time = Bench.start
        wrong.eventTimes[0] = Timestamp(milliseconds: 9_000_000_000_000)
        try await bench.record(wrong)
        let monitor = try await bench.store.database.read { tx in
            try tx.row("SELECT watermark FROM monitors")?.timestamp("watermark")
        }
        #expect(monitor == Bench.start + .seconds(86_400))
    }

    @Test func `a switch of version closes what was opened over the old one, and judges by the new reference`()
        async throws
    {
        let bench = try await Bench(.daily)
        try await bench.setReference(version: 2, warmer: 50)
        try await bench.record(bench.batch("P1", hour: 1, warmer: 50))
        try await bench.record(bench.batch("P2", hour: 25, warmer: 50))
        #expect(try await bench.events() == ["alert.fired drift temp"])
        try await bench.record(bench.batch("P3", hour: 26, version: 2, warmer: 50))
        #expect(try await bench.events() == ["alert.fired drift temp", "alert.resolved drift temp"])
        let resolved = try await bench.store.ledger.events(after: 0, kinds: ["alert.resolved"])
        #expect(resolved.first?.payload["reason"] == "replaced")
        try await bench.record(bench.batch("P4", hour: 50, version: 2, warmer: 50))
        #expect(try await bench.events().count == 2)
        #expect(try await bench.monitoring.alerts().isEmpty)
    }

    @Test func `implausible scores are told at once and only once`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 1))
        #expect(try await bench.events() == [])
        try await bench.record(bench.batch("P2", hour: 2, rows: 2, scores: [.nan, 0.5]))
        try await bench.record(bench.batch("P3", hour: 3, rows: 2, scores: [1.5, .infinity]))
        #expect(try await bench.events() == ["alert.fired plausibility score"])
        #expect(try await bench.windows().first?["plausibility"] == ["not_finite": 2, "outside": 1])
    }

    @Test func `quality that falls is told when enough actuals of a complete window are there`() async throws {
        let bench = try await Bench(.daily)
        try await bench.record(bench.batch("P1", hour: 1))
        _ = try await bench.monitoring.add(bench.actuals("P1", rows: 90) { $0 < 45 ? 1 : 0 }, deployment: "flights")
        #expect(try await bench.events() == [])
        try await bench.record(bench.batch("P2", hour: 25))
        #expect(try await bench.events() == ["alert.fired quality auroc"])
        // The second window's actuals come after it is over: the last missing ones decide when.
        try await bench.record(bench.batch("P3", hour: 49))
        _ = try await bench.monitoring.add(bench.actuals("P2", rows: 79) { $0 > 40 ? 1 : 0 }, deployment: "flights")
        #expect(try await bench.monitoring.alerts().first?.calm == 0)
        _ = try await bench.monitoring.add(bench.actuals("P2") { $0 > 40 ? 1 : 0 }, deployment: "flights")
        #expect(try await bench.monitoring.alerts().first?.calm == 1)
        #expect(try await bench.monitoring.alerts().first?.lastValue == 1)
        #expect(try await bench.events().count == 1)
    }

    @Test func `the rule: open once, count calm windows in a row, close`() {
        let rule = AlertRule(closeAfter: 2)
        var calm: Int?
        var moves: [AlertRule.Move] = []
        for verdict: AlertRule.Verdict in [
            .calm, .middling, .bad, .bad, .calm, .middling, .calm, .bad, .calm, .calm, .calm,
        ] {
            let move = rule.move(calm: calm, verdict)
            moves.append(move)
            switch move {
            case .none: break
            case .open: calm = 0
            case .stay(let count): calm = count
            case .close: calm = nil
            }
        }
        #expect(
            moves == [
                .none, .none, .open, .stay(calm: 0), .stay(calm: 1), .stay(calm: 0), .stay(calm: 1), .stay(calm: 0),
                .stay(calm: 1), .close, .none,
            ]
        )
    }
}
