import Basics
import Datasets
import Ledger
import MartletTesting
import Testing

@Suite(.enabled("needs DuckDB", Catalog.hasDuckDB), .timeLimit(.minutes(2)))
struct DecisionTests {
    private func waiting() async throws -> Catalog {
        let catalog = try await Catalog(DatasetSpec("flights", checks: [.column(ColumnCheck("x", min: 0))]))
        try await catalog.add("x\n1\n")
        try await catalog.add("x\n-1\n")
        return catalog
    }

    @Test func `a version that waits is used only after a person accepts it, with a reason`() async throws {
        let catalog = try await waiting()
        #expect(try await catalog.datasets.version(name: "flights")?.version == 1)
        #expect(try await catalog.datasets.dataset("flights").waiting == [2])
        catalog.clock.advance(by: .seconds(60))
        let accepted = try await catalog.datasets.decide(
            "flights",
            version: 2,
            accept: true,
            reason: "A refund is booked as negative",
            actor: "cli:bob"
        )
        #expect(accepted.status == .accepted)
        #expect(accepted.decision?.actor == "cli:bob")
        #expect(accepted.decision?.reason == "A refund is booked as negative")
        #expect(accepted.decision?.time == catalog.clock.now())
        #expect(try await catalog.datasets.version(name: "flights")?.version == 2)
        #expect(
            try await catalog.events() == [
                "dataset.declared", "dataset_version.created", "dataset_version.created", "dataset_version.waiting",
                "dataset_version.accepted",
            ]
        )
        let event = try #require(try await catalog.ledger.events(after: 4).first)
        #expect(event.actor == "cli:bob")
        #expect(event.payload["reason"] == "A refund is booked as negative")
    }

    @Test func `a rejected version stays rejected, and its file may be sent again`() async throws {
        let catalog = try await waiting()
        try await catalog.datasets.decide(
            "flights",
            version: 2,
            accept: false,
            reason: "wrong export",
            actor: "cli:bob"
        )
        #expect(try await catalog.datasets.version(name: "flights")?.version == 1)
        let error = await failure {
            try await catalog.datasets.decide(
                "flights",
                version: 2,
                accept: true,
                reason: "no, right",
                actor: "cli:bob"
            )
        }
        #expect(error?.code == .conflict)
        #expect(error?.message == "version 2 of dataset 'flights' is rejected and does not wait for a decision")
        let again = try await catalog.add("x\n-1\n")
        #expect(again.version == 3)
        #expect(again.status == .waiting)
    }

    @Test func `a decision needs a reason and a version that is there`() async throws {
        let catalog = try await waiting()
        let silent = await failure {
            try await catalog.datasets.decide("flights", version: 2, accept: true, reason: "  ", actor: "cli:bob")
        }
        #expect(silent?.message == "the decision has no reason")
        let unknown = await failure {
            try await catalog.datasets.decide("flights", version: 9, accept: true, reason: "so", actor: "cli:bob")
        }
        #expect(unknown?.description == "dataset 'flights' has no version 9")
    }

    @Test func `a version that continues an outdated one cannot be accepted any more`() async throws {
        let catalog = try await waiting()
        try await catalog.add("x\n5\n")
        let error = await failure {
            try await catalog.datasets.decide("flights", version: 2, accept: true, reason: "late", actor: "cli:bob")
        }
        #expect(error?.message == "version 2 continues version 1, and version 3 was accepted meanwhile")
        #expect(error?.hint == "reject it and append its file again")
    }
}
