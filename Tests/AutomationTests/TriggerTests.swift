import Basics
import Ledger
import MartletTesting
import Storage
import Testing

@testable import Automation

private let onDataset = TriggerSpec(project: "flights", pipeline: "train", source: .dataset("flights"))
private let onAlert = TriggerSpec(
    project: "flights",
    pipeline: "train",
    source: .alert("flights"),
    cooldown: 14 * 86_400_000
)

private func bench(_ triggers: TriggerSpec...) async throws -> Bench {
    let bench = try await Bench()
    try await bench.apply(AutomationSpec(project: "flights", triggers: triggers))
    return bench
}

extension Bench {
    func datasetVersion(_ version: Int, status: String = "accepted", at time: String) async throws {
        try await append(
            "dataset_version.created",
            "dataset:flights@\(version)",
            ["dataset": "flights", "version": JSON(version), "status": .string(status)],
            at: time
        )
    }

    func alert(at time: String) async throws {
        try await append("alert.fired", "alert:a", ["deployment": "flights", "signal": "drift"], at: time)
    }

    /// Has a room read the log and start what is due.
    func run(_ room: Automation) async throws {
        try await room.triggerRunner.intake.reader.step()
        try await room.triggerRunner.step()
    }
}

@Suite struct TriggerTests {
    @Test func `an accepted version of a dataset starts one run with its event time`() async throws {
        let bench = try await bench(onDataset)
        try await bench.datasetVersion(1, at: "2013-04-30T00:00:00Z")
        try await bench.run(bench.room())
        let start = try #require(bench.fakes.get(\.starts).first)
        #expect(start.pipeline == "train" && start.trigger == "flights/train/dataset:flights")
        #expect(start.eventTime == Timestamp(iso8601: "2013-04-30T00:00:00Z"))
        let fired = try #require(try await bench.events("trigger.fired").first)
        #expect(fired.actor == "trigger:flights/train/dataset:flights")
        #expect(fired.payload["event"]?.int == start.event)
    }

    @Test func `a version that waits for a person starts nothing until it is accepted`() async throws {
        let bench = try await bench(onDataset)
        let room = bench.room()
        try await bench.datasetVersion(1, status: "waiting", at: "2013-04-30T00:00:00Z")
        try await bench.run(room)
        #expect(bench.fakes.get(\.starts).isEmpty)
        try await bench.append("dataset_version.accepted", "dataset:flights@1", ["dataset": "flights", "version": 1])
        try await bench.run(room)
        #expect(bench.fakes.get(\.starts).count == 1)
    }

    @Test func `a server that dies behind the start of a run finds that same run when it is back`() async throws {
        let bench = try await bench(onDataset)
        try await bench.datasetVersion(1, at: "2013-04-30T00:00:00Z")
        bench.fakes.fail("after start", MartletError(.cancelled, "the server stops"))
        await #expect(throws: CancellationError.self) { try await bench.run(bench.room()) }
        bench.fakes.set { $0.active = [] }
        try await bench.run(bench.room())
        #expect(bench.fakes.get(\.starts).count == 1)
        #expect(try await bench.events("trigger.fired").count == 1)
        let state = try await bench.store.database.read { tx in try TriggerTable.state(tx, onDataset.name) }
        #expect(state.lastRun == "run-1" && state.fired == 1)
    }

    @Test func `triggers of a pipeline that runs join into one queued run with the latest event time`() async throws {
        let bench = try await bench(onDataset, onAlert)
        let room = bench.room()
        try await bench.datasetVersion(1, at: "2013-04-30T00:00:00Z")
        try await bench.run(room)
        try await bench.datasetVersion(2, at: "2013-05-31T00:00:00Z")
        try await bench.alert(at: "2013-06-02T00:00:00Z")
        try await bench.run(room)
        #expect(bench.fakes.get(\.starts).count == 1)
        let skipped = try #require(try await bench.events("trigger.skipped").first)
        #expect(
            skipped.payload["reason"]?.string == "a run of 'train' waits already and will see this event too"
        )
        bench.fakes.set { $0.active = [] }
        try await bench.run(room)
        #expect(
            bench.fakes.get(\.starts).map(\.eventTime) == [
                Timestamp(iso8601: "2013-04-30T00:00:00Z"), Timestamp(iso8601: "2013-06-02T00:00:00Z"),
            ]
        )
    }

    @Test func `a cool-down goes by event time`() async throws {
        let bench = try await bench(onAlert)
        let room = bench.room()
        for time in ["2013-04-01T00:00:00Z", "2013-04-14T00:00:00Z", "2013-04-15T00:00:00Z"] {
            try await bench.alert(at: time)
            try await bench.run(room)
            bench.fakes.set { $0.active = [] }
        }
        #expect(bench.fakes.get(\.starts).count == 2)
        let reason = try await bench.events("trigger.skipped").first?.payload["reason"]?.string
        #expect(
            reason
                == "cooling down: it fired for 2013-04-01T00:00:00.000Z, the event is of 2013-04-14T00:00:00.000Z, 14 days apart asked for"
        )
    }

    @Test func `two triggers of a pipeline on the same event start one run`() async throws {
        let bench = try await bench(
            onDataset,
            TriggerSpec(project: "flights", pipeline: "train", source: .event("model_version.registered")),
            TriggerSpec(project: "flights", pipeline: "report", source: .event("model_version.registered"))
        )
        try await bench.append("model_version.registered", "model:flights/1", ["name": "flights"])
        try await bench.run(bench.room())
        #expect(bench.fakes.get(\.starts).map(\.pipeline) == ["train", "report"])
    }

    @Test func `a run that cannot be started is told, and one that may later is tried again`() async throws {
        let bench = try await bench(onDataset)
        let room = bench.room()
        try await bench.datasetVersion(1, at: "2013-04-30T00:00:00Z")
        bench.fakes.fail("start", MartletError(.unavailable, "starting"))
        try await bench.run(room)
        bench.time.advance(by: .seconds(2))
        try await bench.run(room)
        #expect(bench.fakes.get(\.starts).count == 1)
        bench.fakes.set { $0.active = [] }
        bench.fakes.fail("start", MartletError(.notFound, "there is no pipeline 'train'"))
        try await bench.datasetVersion(2, at: "2013-05-31T00:00:00Z")
        try await bench.run(room)
        #expect(
            try await bench.events("trigger.skipped").last?.payload["reason"]?.string
                == "the run could not be started: there is no pipeline 'train'"
        )
    }

    @Test func `a schedule fires once for all the times that the server was away`() async throws {
        let bench = try await bench(TriggerSpec(project: "flights", pipeline: "train", source: .schedule("0 3 * * *")))
        try await bench.run(bench.room())
        bench.time.advance(by: .seconds(2 * 3600))
        try await bench.run(bench.room())
        #expect(bench.fakes.get(\.starts).isEmpty)
        bench.time.advance(by: .seconds(5 * 86_400))
        let room = bench.room()
        try await bench.run(room)
        try await bench.run(room)
        #expect(bench.fakes.get(\.starts).map(\.eventTime) == [Timestamp(iso8601: "2026-01-05T03:00:00Z")])
    }
}
