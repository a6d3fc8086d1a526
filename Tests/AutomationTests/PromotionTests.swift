import Basics
import Ledger
import MartletTesting
import Storage
import Testing

@testable import Automation

/// Four hundred rows of two origins; a version's scores follow the label as well as its skill says.
private func holdout(rows: Int = 400) throws -> (OutputTable, [Double]) {
    var generator = SeededGenerator(seed: 7)
    let labels = (0..<rows).map { _ in Double.random(in: 0..<1, using: &generator) < 0.4 ? 1.0 : 0 }
    let table = try ColumnTable([
        .longs("row", (0..<rows).map(Int64.init)), .strings("origin", (0..<rows).map { $0 % 2 == 0 ? "JFK" : "LGA" }),
        .longs("late", labels.map { Int64($0) }),
    ])
    return (OutputTable(address: "step:r1/prepare/1", digest: "d1", rows: table), labels)
}

private func scores(_ labels: [Double], skill: Double, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return labels.map { skill * $0 + (1 - skill) * Double.random(in: 0..<1, using: &generator) }
}

private func policy(approval: String? = nil) -> PromotionPolicy {
    PromotionPolicy(
        holdout: OutputReference(step: "prepare", output: "holdout"),
        label: "late",
        compare: Comparison(metric: .auroc, confidence: 0.95, replicates: 200),
        require: [
            .metric(MetricLimit(metric: .auroc, side: .atLeast, limit: 0.6)), .latency(250), .plausibility(0, 1),
        ],
        fairness: [
            FairnessLimit(group: "origin", measure: .equalOpportunityDifference, threshold: 0.3, atMost: 0.5)
        ],
        approval: approval
    )
}

private func bench(approval: String? = nil) async throws -> Bench {
    let bench = try await Bench()
    let (table, labels) = try holdout()
    bench.fakes.set {
        $0.holdout = table
        $0.scores = [
            1: scores(labels, skill: 0.16, seed: 1), 2: scores(labels, skill: 0.3, seed: 2),
            3: scores(labels, skill: 0.2, seed: 3), 4: scores(labels, skill: 0.45, seed: 4),
        ]
    }
    try await bench.apply(
        AutomationSpec(
            project: "flights",
            models: [
                ModelSpec(
                    name: "flights",
                    promote: policy(approval: approval),
                    deploy: "{\"workers\":2}",
                    reference: OutputReference(step: "prepare", output: "train")
                )
            ]
        )
    )
    return bench
}

extension Bench {
    /// A pipeline registers a version.
    func register(_ version: Int, at time: String = "2013-04-30T00:00:00Z") async throws {
        try await append(
            "model_version.registered",
            "model:flights/\(version)",
            [
                "name": "flights", "version": JSON(version), "pipeline_run": "pr\(version)".json,
                "project": "flights",
            ],
            at: time
        )
    }

    /// Has a room read the log and decide all that waits.
    func decide(_ room: Automation) async throws {
        try await room.promotionRunner.intake.reader.step()
        while try await room.promotionRunner.step() {}
    }
}

extension String {
    fileprivate var json: JSON { .string(self) }
}

@Suite struct PromotionTests {
    @Test func `the first version becomes the champion and is deployed with its reference`() async throws {
        let bench = try await bench()
        try await bench.register(1)
        try await bench.decide(bench.room())
        #expect(try await bench.alias("champion") == 1)
        #expect(try await bench.alias("challenger") == nil)
        let deployed = try #require(try await bench.deployed())
        #expect(deployed.version == 1 && deployed.switches == 1)
        let reference = try #require(bench.fakes.get(\.references).first)
        #expect(reference.files.paths == ["/data/prepare.train"] && reference.scores.count == 400)
        let event = try #require(try await bench.events("promotion.decided").first)
        #expect(event.payload["decision"]?.string == "promoted")
        #expect(event.eventTime == Timestamp(iso8601: "2013-04-30T00:00:00Z"))
        #expect(event.actor == "policy:flights")
    }

    @Test func `a better version takes over and a worse one is refused with its figures`() async throws {
        let bench = try await bench()
        let room = bench.room()
        for version in [1, 2, 3] {
            try await bench.register(version)
            try await bench.decide(room)
        }
        #expect(try await bench.alias("champion") == 2)
        #expect(try await bench.alias("challenger") == 3)
        let events = try await bench.events("promotion.decided")
        #expect(events.map { $0.payload["decision"]?.string } == ["promoted", "promoted", "refused"])
        let refused = try #require(events.last)
        #expect(refused.payload["champion"]?.int == 2)
        let compare = try #require(refused.payload["checks"]?.array?.first)
        #expect(compare["passed"]?.bool == false)
        #expect((compare["confidence"]?.double ?? 1) < 0.05)
        #expect(refused.payload["metrics"]?["champion"]?["auroc"] == compare["champion"])
        #expect(bench.fakes.get(\.references).map(\.version) == [1, 2])
        let tag = try await bench.store.database.read { tx in
            try tx.row("SELECT value FROM fake_tags WHERE version = 3 AND key = 'martlet.decision'")?.text("value")
        }
        #expect(tag == "refused")
    }

    @Test func `the decision's document is stored under its digest, and lineage leads to the holdout`() async throws {
        let bench = try await bench()
        try await bench.register(1)
        try await bench.decide(bench.room())
        let event = try #require(try await bench.events("promotion.decided").first)
        let digest = try #require(event.payload["document"]?.string)
        let document = try JSON(parsing: try await bench.store.blobs.bytes(digest))
        #expect(document["holdout"]?["rows"]?.int == 400)
        #expect(document["checks"]?.array?.count == 5)
        let edges = try await bench.store.ledger.walk(from: "model:flights/1", .up)
        #expect(edges.contains { $0.relation == .wasAttributedTo && $0.object == event.subject })
        #expect(edges.contains { $0.relation == .used && $0.object == "step:r1/prepare/1" })
    }

    @Test func `one event makes one promotion, whoever reads it again`() async throws {
        let bench = try await bench()
        try await bench.register(1)
        try await bench.decide(bench.room())
        // The cursor is put back as if it had never moved.
        try await bench.store.database.write { tx in try tx.execute("DELETE FROM event_cursors") }
        try await bench.decide(bench.room())
        #expect(try await bench.events("promotion.decided").count == 1)
        #expect(try await bench.deployed()?.switches == 1)
    }

    @Test func `a server that dies between scoring and deciding decides once when it is back`() async throws {
        let bench = try await bench()
        try await bench.register(1)
        // The transaction fails at its last step: nothing of it may stay.
        bench.fakes.fail("deploy", MartletError(.cancelled, "the server stops"))
        await #expect(throws: CancellationError.self) { try await bench.decide(bench.room()) }
        #expect(try await bench.alias("champion") == nil)
        #expect(try await bench.events("promotion.decided").isEmpty)
        try await bench.decide(bench.room())
        #expect(try await bench.alias("champion") == 1)
        #expect(try await bench.events("promotion.decided").count == 1)
    }

    @Test func `a failure that may pass is tried again after a pause`() async throws {
        let bench = try await bench()
        try await bench.register(1)
        bench.fakes.fail("score", MartletError(.unavailable, "no worker is free"))
        let room = bench.room()
        try await bench.decide(room)
        #expect(try await bench.events("promotion.decided").isEmpty)
        bench.time.advance(by: .seconds(2))
        try await bench.decide(room)
        #expect(try await bench.alias("champion") == 1)
    }

    @Test func `a version that cannot be scored is refused with the reason`() async throws {
        let bench = try await bench()
        try await bench.register(1)
        bench.fakes.fail("score", MartletError(.invalidArgument, "the model needs a column 'wind'"))
        try await bench.decide(bench.room())
        let event = try #require(try await bench.events("promotion.decided").first)
        #expect(
            event.payload["summary"]?.string
                == "refused: version 1 could not be evaluated: the model needs a column 'wind'"
        )
    }

    @Test func `a champion that changed meanwhile has the figures measured again`() async throws {
        let bench = try await bench()
        let room = bench.room()
        try await bench.register(1)
        try await bench.decide(room)
        try await bench.register(4)
        try await room.promotionRunner.intake.reader.step()
        // Somebody moves the alias between measuring and deciding: settle notices.
        let promotion = try #require(
            try await bench.store.database.read { tx in try PromotionTable.next(tx, now: Timestamp(milliseconds: .max))
            }
        )
        let model = ModelSpec(name: "flights", promote: policy(), deploy: "{}")
        let evaluated = try await Evaluation(neighbours: bench.fakes.neighbours)
            .run(promotion, policy: policy(), champion: 1)
        try await bench.store.database.write { [neighbours = bench.fakes.neighbours] tx in
            try neighbours.models.setAlias(tx, "flights", "champion", 2, "client")
        }
        let verdict = Promoter.Verdict(
            judgement: evaluated.judgement,
            evidence: evaluated.evidence,
            policy: policy(),
            actor: "policy:flights",
            champion: 1
        )
        #expect(try await room.promotionRunner.promoter.settle(promotion, model: model, verdict) == .stale)
        try await bench.decide(room)
        let event = try #require(try await bench.events("promotion.decided").last)
        #expect(event.payload["champion"]?.int == 2)
    }

    @Test func `a version that needs a signature waits, and only the role may sign`() async throws {
        let bench = try await bench(approval: "risk")
        let room = bench.room()
        try await bench.register(1)
        try await bench.decide(room)
        #expect(try await bench.alias("champion") == nil)
        #expect(try await bench.events("promotion.waiting").count == 1)
        let ann = Promotions.Request(model: "flights", version: 1, reason: "seen", actor: "ann")
        await #expect(throws: MartletError.self) { try await room.promotions.promote(ann) }
        bench.fakes.set { $0.roles["ann"] = ["risk"] }
        let promotion = try await room.promotions.promote(ann)
        #expect(promotion.decision == .promoted && promotion.decidedBy == "ann")
        #expect(promotion.document?["approval"]?["role"]?.string == "risk")
        #expect(try await bench.alias("champion") == 1)
    }

    @Test func `force goes past the gates, and only with a reason`() async throws {
        let bench = try await bench()
        let room = bench.room()
        try await bench.register(2)
        try await bench.decide(room)
        var request = Promotions.Request(model: "flights", version: 3, isForced: true, actor: "ann")
        await #expect(throws: MartletError.self) { try await room.promotions.promote(request) }
        request.reason = "the sensor of version 2 is broken"
        let promotion = try await room.promotions.promote(request)
        #expect(
            promotion.summary == "promoted by hand: ann promoted it past the gates: the sensor of version 2 is broken"
        )
        #expect(try await bench.alias("champion") == 3)
        #expect(try await room.promotionRunner.step() == false)
    }

    @Test func `a promotion by hand goes through the same gates`() async throws {
        let bench = try await bench()
        let room = bench.room()
        for version in [2, 3] {
            try await bench.register(version)
            try await bench.decide(room)
        }
        let asked = try await room.promotions.promote(
            Promotions.Request(model: "flights", version: 3, reason: "again", actor: "ann")
        )
        #expect(asked.state == .pending && asked.pipelineRun == "pr3")
        try await bench.decide(room)
        let event = try #require(try await bench.events("promotion.decided").last)
        #expect(event.payload["decision"]?.string == "refused" && event.actor == "ann")
    }

    @Test func `a rollback puts the champion before back, and each further one the one before that`() async throws {
        let bench = try await bench()
        let room = bench.room()
        for version in [1, 2, 4] {
            try await bench.register(version)
            try await bench.decide(room)
        }
        let first = try await room.promotions.rollback("flights", to: nil, reason: "complaints", actor: "ann")
        #expect(first == (4, 2))
        #expect(try await bench.alias("champion") == 2)
        #expect(try await bench.deployed()?.version == 2)
        let second = try await room.promotions.rollback("flights", to: nil, reason: "more", actor: "ann")
        #expect(second == (2, 1))
        let error = await #expect(throws: MartletError.self) {
            try await room.promotions.rollback("flights", to: nil, reason: "yet more", actor: "ann")
        }
        #expect(error?.message == "version 1 of 'flights' is the first champion: there is none to go back to")
        #expect(try await bench.events("rollback.done").map { $0.payload["reason"]?.string } == ["complaints", "more"])
    }
}
