import Basics
import Ledger
import MartletTesting
import Storage
import Testing

@testable import Automation

private func bench() async throws -> Bench {
    let bench = try await Bench()
    bench.fakes.set {
        $0.evidence = [
            "prediction:P-0": ["id": "P-0", "deployment": "flights", "model": "flights", "version": 3, "score": 0.42],
            "deployment:flights": ["name": "flights", "model": "flights", "version": 4],
            "model:flights/3": ["name": "flights", "version": 3, "run_id": "r3"],
            "run:r3": ["run_id": "r3", "status": "FINISHED"],
            "pipeline_run:pr3": [
                "id": "pr3", "status": "succeeded",
                "steps": [["name": "fit", "status": "succeeded", "attempt": 2]],
                "code": ["commit": "abc", "dirty": true, "digest": "c0de"], "environment": ["lock": "10c4"],
            ],
            "dataset:flights@5": ["dataset": "flights", "version": 5, "digest": "da7a", "rows": 1000],
        ]
    }
    let ledger = bench.store.ledger
    try await bench.store.database.write { tx in
        try ledger.append(
            tx,
            kind: "model_version.registered",
            subject: "model:flights/3",
            actor: "pipeline:pr3",
            payload: ["name": "flights", "version": 3, "pipeline_run": "pr3"]
        )
        try ledger.relate(tx, "model:flights/3", .wasGeneratedBy, "step:pr3/fit/2")
        try ledger.relate(tx, "step:pr3/fit/2", .used, "dataset:flights@5")
        try ledger.relate(tx, "dataset:flights@5", .wasDerivedFrom, "dataset:flights@4")
        var promotion = Promotion(
            id: "p1",
            model: "flights",
            version: 3,
            pipelineRun: "pr3",
            requestedBy: "pipeline:pr3",
            created: Timestamp(milliseconds: 0)
        )
        try PromotionTable.insert(tx, promotion)
        promotion.state = .decided
        promotion.decision = .promoted
        promotion.decidedBy = "policy:flights"
        promotion.decided = Timestamp(milliseconds: 1)
        promotion.summary = "promoted: all 2 checks passed"
        promotion.document = [
            "checks": [["name": "latency", "passed": true, "message": "fast"]], "decision": "promoted",
        ]
        _ = try PromotionTable.settle(tx, promotion, from: .pending, digest: "d")
    }
    return bench
}

@Suite struct EvidenceTests {
    @Test func `the evidence for a prediction reaches from the answer to the data`() async throws {
        let bench = try await bench()
        let document = try await bench.room().evidence.document(EvidenceAddress("P-0"))
        #expect(document["address"]?.string == "prediction:P-0")
        // The version that answered, though another one is deployed by now.
        #expect(document["model_version"]?["version"]?.int == 3)
        #expect(document["promotion"]?["checks"]?[0]?["message"]?.string == "fast")
        #expect(document["approval"]?["by"]?.string == "the declared gates")
        #expect(document["run"]?["run_id"]?.string == "r3")
        #expect(document["steps"]?[0]?["attempt"]?.int == 2)
        #expect(document["datasets"]?.array?.map { $0["address"]?.string } == ["dataset:flights@5"])
        #expect(document["code"]?["dirty"]?.bool == true)
        #expect(document["environment"]?["lock"]?.string == "10c4")
        #expect(document["missing"]?.array?.isEmpty == true)
        #expect(
            document["summary"]?.string
                == "The answer 0.42 came from version 3 of flights, promoted by policy:flights"
        )
    }

    @Test func `what is gone is named, not skipped`() async throws {
        let bench = try await bench()
        bench.fakes.set {
            $0.evidence["run:r3"] = nil
            $0.evidence["dataset:flights@5"] = nil
            $0.evidence["deployment:flights"] = nil
            $0.evidence["pipeline_run:pr3"]?["environment"] = nil
        }
        let document = try await bench.room().evidence.document(EvidenceAddress("prediction:P-0"))
        let missing = document["missing"]?.array?.map { "\($0["what"]?.string ?? ""): \($0["why"]?.string ?? "")" }
        #expect(
            missing == [
                "deployment: 'flights' is not deployed any more", "run: run r3 was deleted",
                "environment: pipeline run pr3 does not name it", "dataset:flights@5: the dataset version was deleted",
            ]
        )
    }

    @Test func `as text it says the same`() async throws {
        let bench = try await bench()
        let document = try await bench.room().evidence.document(EvidenceAddress("model:flights/3"))
        let text = EvidenceText.render(document)
        for line in [
            "Version 3 of flights was promoted by policy:flights", "  passed  fast", "  commit           abc",
            "  dirty            true", "  dataset:flights@5  digest=da7a  rows=1000",
            "  fit  status=succeeded  attempt=2",
        ] { #expect(text.contains(line), "\(line) in:\n\(text)") }
    }

    @Test(arguments: [
        "prediction:none", "model:flights/9", "deployment:other", "run:x", "promotion:x", "pipeline_run:x",
    ])
    func `an address of nothing is not found`(_ address: String) async throws {
        let bench = try await bench()
        let error = await #expect(throws: MartletError.self) {
            _ = try await bench.room().evidence.document(EvidenceAddress(address))
        }
        #expect(error?.code == .notFound)
        #expect(error?.message == "there is no '\(address)'")
    }

    @Test(arguments: ["", "model:flights", "model:flights/x", "dataset:flights@1", "x:y", "run:"])
    func `an address that is none is refused with the forms that there are`(_ address: String) {
        let error = #expect(throws: MartletError.self) { try EvidenceAddress(address) }
        #expect(error?.code == .invalidArgument)
    }
}
