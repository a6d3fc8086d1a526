import Basics
import Ledger
import MartletTesting
import Testing
import Tracking

@Suite struct `Logging batches` {
    @Test func `the latest point is that of the greatest step, then time, then value`() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.run()
        let cases: [(metric: MetricPoint, latest: Double)] = [
            (fixture.point(1, at: 1000, step: 5), 1),
            (fixture.point(9, at: 2000, step: 4), 1),
            (fixture.point(0.5, at: 1000, step: 5), 1),
            (fixture.point(2, at: 1000, step: 5), 2),
            (fixture.point(0.1, at: 1001, step: 5), 0.1),
            (fixture.point(-Double.infinity, at: 0, step: 6), -Double.infinity),
        ]
        for (metric, latest) in cases {
            try await fixture.tracking.logBatch(run: run.id, metrics: [metric])
            #expect(try await fixture.tracking.run(run.id).metrics.map(\.value) == [latest])
        }
    }

    @Test func `one batch with many points of a metric keeps the latest of them`() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.run()
        let points = (0..<500).map { fixture.point(Double($0), step: Int64(($0 * 37) % 500)) }
        try await fixture.tracking.logBatch(run: run.id, metrics: points)
        #expect(try await fixture.tracking.run(run.id).metrics.first?.step == 499)
        #expect(try await fixture.points() == 500)
    }

    @Test func `a batch that comes again changes nothing`() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.run()
        for _ in 0..<3 {
            try await fixture.tracking.logBatch(
                run: run.id,
                metrics: (0..<55).map { fixture.point(Double($0), step: Int64($0)) } + [
                    fixture.point(Double.nan, step: 99)
                ],
                params: ["depth": "3"],
                tags: ["a": "b"]
            )
        }
        #expect(try await fixture.points() == 56)
        let stored = try await fixture.tracking.run(run.id)
        #expect(stored.metrics.first?.value.isNaN == true)
        #expect(stored.params == [KeyValue(key: "depth", value: "3")])
    }

    @Test func `a batch with one changed param stores nothing of itself`() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.run()
        try await fixture.tracking.logBatch(run: run.id, params: ["depth": "3"])
        let error = await #expect(throws: MartletError.self) {
            try await fixture.tracking.logBatch(
                run: run.id,
                metrics: [fixture.point(1)],
                params: ["depth": "4", "other": "1"]
            )
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("'old_value': '3', 'new_value': '4'") == true)
        #expect(try await fixture.points() == 0)
        #expect(try await fixture.tracking.run(run.id).params.count == 1)
    }

    @Test(arguments: [
        "", "../up", "a/../b", "a//b", "/a", ".", "a\\b", "a;b", "tab\t", String(repeating: "k", count: 251),
    ])
    func `a key that could be a path elsewhere is refused`(_ key: String) async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.run()
        let metric = MetricPoint(key: key, value: 1, timestamp: Timestamp(milliseconds: 0))
        let attempts: [@Sendable () async throws -> Void] = [
            { try await fixture.tracking.logBatch(run: run.id, metrics: [metric]) },
            { try await fixture.tracking.logBatch(run: run.id, params: [key: "1"]) },
            { try await fixture.tracking.logBatch(run: run.id, tags: [key: "1"]) },
        ]
        for attempt in attempts {
            let error = await #expect(throws: MartletError.self) { try await attempt() }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test(arguments: ["a", "a.b", "a/b.c", "a b:c-d_e", "loss@x".replacing("@", with: "é"), "日本"])
    func `a key of letters, digits and plain signs is taken`(_ key: String) async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.run()
        try await fixture.tracking.logBatch(run: run.id, params: [key: "1"])
        #expect(try await fixture.tracking.run(run.id).params.map(\.key) == [key])
    }

    @Test func `metric names keep their numbers when the write that made them is rolled back`() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.run()
        try await fixture.tracking.logBatch(run: run.id, params: ["p": "1"])
        let bad = MetricPoint(key: "lost", value: 1, timestamp: Timestamp(milliseconds: 0), modelID: nil)
        await #expect(throws: MartletError.self) {
            try await fixture.tracking.logBatch(run: run.id, metrics: [bad], params: ["p": "2"])
        }
        try await fixture.tracking.logBatch(run: run.id, metrics: [fixture.point(1)])
        try await fixture.tracking.logBatch(run: run.id, metrics: [bad])
        #expect(try await fixture.tracking.run(run.id).metrics.map(\.key) == ["lost", "m"])
    }

    @Test func `ending a run appends one event, whatever comes after`() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.run()
        for status in [RunStatus.running, .finished, .finished] {
            try await fixture.tracking.finishRun(run.id, status: status, endTime: fixture.store.world.now())
        }
        let events = try await fixture.store.ledger.events(after: 0, subject: "run:\(run.id)")
        #expect(events.map(\.kind) == ["run.created", "run.finished"])
        #expect(events.last?.payload["status"]?.string == "FINISHED")
    }
}
