import Basics
import Ledger
import MartletTesting
import Storage
import Synchronization
import Testing

struct LedgerTests {
    private func append(_ store: TestStore, _ count: Int, kind: String = "test.happened") async throws {
        for number in 0..<count {
            try await store.database.write { tx in
                _ = try store.ledger.append(
                    tx,
                    kind: kind,
                    subject: "test:\(number)",
                    actor: "tester",
                    payload: ["n": .int(Int64(number))]
                )
            }
        }
    }

    @Test func `events of concurrent writers have no gap and chain up`() async throws {
        let store = try await TestStore()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    _ = try? await store.database.write { tx in
                        _ = try store.ledger.append(
                            tx,
                            kind: "test.happened",
                            subject: "test:\(number)",
                            actor: "tester"
                        )
                        if number % 5 == 0 { throw MartletError(.conflict, "undone") }
                    }
                }
            }
        }
        let events = try await store.ledger.events(after: 0)
        #expect(events.map(\.sequence) == Array(1...80))
        let verification = try await store.ledger.verify()
        #expect(verification.fault == nil)
        #expect(verification.events == 80)
    }

    @Test(arguments: [
        (
            "UPDATE events SET payload = '{\"n\":7}' WHERE sequence = 3",
            "event 3 (test.happened) was changed: its hash does not fit"
        ),
        (
            "UPDATE events SET actor = 'nobody' WHERE sequence = 1",
            "event 1 (test.happened) was changed: its hash does not fit"
        ),
        ("DELETE FROM events WHERE sequence = 4", "event 4 is missing"),
        ("DELETE FROM events WHERE sequence = 5", "event 5 is missing"),
    ])
    func `a change of the log is found`(tampering: String, fault: String) async throws {
        let store = try await TestStore()
        try await append(store, 5)
        try await store.database.write { tx in _ = try tx.execute(tampering) }
        let found = try await store.ledger.verify().fault
        #expect(found == fault)
    }

    @Test func `a reader handles each event once, over restarts and failures`() async throws {
        let store = try await TestStore([
            RoomMigrations(room: "seen", [Migration("Create seen", "CREATE TABLE seen (n BIGINT)")])
        ])
        let fails = Mutex(true)
        func reader() -> EventReader {
            EventReader("counter", ledger: store.ledger, kinds: ["test.happened"]) { event, tx in
                try tx.execute("INSERT INTO seen (n) VALUES ($1)", event.sequence)
                if event.sequence == 3, fails.withLock({ $0 }) { throw MartletError(.unavailable, "crash") }
            }
        }
        try await append(store, 2)
        try await append(store, 3)
        await #expect(throws: MartletError.self) { try await reader().step() }
        fails.withLock { $0 = false }
        try await reader().step()
        try await append(store, 1, kind: "test.other")
        try await reader().step()
        let seen = try await store.database.read { tx in
            try tx.rows("SELECT n FROM seen ORDER BY n").map { try $0.int("n") }
        }
        #expect(seen == [1, 2, 3, 4, 5])
    }

    @Test(.timeLimit(.minutes(1))) func `who waits is woken by the next event`() async throws {
        let store = try await TestStore()
        async let waited: Void = store.ledger.waitForEvents(after: 0, upTo: .seconds(50))
        try await append(store, 1)
        await waited
        #expect(try await store.ledger.head() == 1)
    }

    @Test func `lineage is walked both ways and an edge told twice is one`() async throws {
        let store = try await TestStore()
        try await store.database.write { tx in
            for _ in 0..<2 { try store.ledger.relate(tx, "model:m/1", .wasGeneratedBy, "step:r/fit/1") }
            try store.ledger.relate(tx, "step:r/fit/1", .used, "dataset:d@1")
        }
        let up = try await store.ledger.walk(from: "model:m/1", .up)
        #expect(up.map(\.object) == ["step:r/fit/1", "dataset:d@1"])
        let down = try await store.ledger.walk(from: "dataset:d@1", .down)
        #expect(down.map(\.subject) == ["step:r/fit/1", "model:m/1"])
    }

    @Test func `a payload over its limit is refused`() async throws {
        let store = try await TestStore()
        await #expect(throws: MartletError.self) {
            try await store.database.write { tx in
                _ = try store.ledger.append(
                    tx,
                    kind: "big",
                    subject: "x",
                    actor: "t",
                    payload: ["text": .string(String(repeating: "x", count: 1 << 20))]
                )
            }
        }
        #expect(try await store.ledger.head() == 0)
    }
}
