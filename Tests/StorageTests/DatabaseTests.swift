import Basics
import MartletTesting
import Storage
import Synchronization
import Testing

struct DatabaseTests {
    private static let migrations = RoomMigrations(
        room: "test",
        [
            Migration(
                "Create items",
                "CREATE TABLE items (id BIGINT PRIMARY KEY, name TEXT NOT NULL, weight DOUBLE PRECISION, data BLOB)"
            )
        ]
    )

    private func store() async throws -> TestStore { try await TestStore([Self.migrations]) }

    @Test func `values of every type come back as they were written`() async throws {
        let store = try await store()
        try await store.database.write { tx in
            try tx.execute(
                "INSERT INTO items (id, name, weight, data) VALUES ($1, $2, $3, $4)",
                1,
                "ä\u{0}b",
                0.1,
                [UInt8]([0, 255])
            )
            try tx.execute(
                "INSERT INTO items (id, name, weight, data) VALUES ($1, $2, $3, $4)",
                Int64.max,
                "",
                Double?.none,
                [UInt8]()
            )
        }
        let rows = try await store.database.read { tx in try tx.rows("SELECT * FROM items ORDER BY id") }
        #expect(try rows[0].text("name") == "ä\u{0}b")
        #expect(try rows[0].double("weight") == 0.1)
        #expect(try rows[0].bytes("data") == [0, 255])
        #expect(try rows[1].int("id") == .max)
        #expect(try rows[1].text("name") == "")
        #expect(rows[1].doubleOrNil("weight") == nil)
        #expect(throws: MartletError.self) { try rows[1].double("weight") }
    }

    @Test func `numbered parameters go by their number, not by where they stand`() async throws {
        let store = try await store()
        let row = try await store.database.read { tx in
            try tx.row("SELECT $2 AS b, $1 AS a, $2 AS again", "first", "second")
        }
        #expect(try row?.text("a") == "first")
        #expect(try row?.text("b") == "second")
        #expect(try row?.text("again") == "second")
    }

    @Test func `a dollar in quotes is text and no parameter`() async throws {
        let store = try await store()
        let row = try await store.database.read { tx in try tx.row("SELECT '$1' AS text, $1 AS value", 7) }
        #expect(try row?.text("text") == "$1")
        #expect(try row?.int("value") == 7)
    }

    @Test func `a writer that throws takes nothing of the others in its group with it`() async throws {
        let store = try await store()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for id in 0..<200 {
                group.addTask {
                    do {
                        try await store.database.write { tx in
                            try tx.execute("INSERT INTO items (id, name) VALUES ($1, $2)", id, "x")
                            if id % 7 == 0 { throw MartletError(.conflict, "no") }
                        }
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        let stored = try await store.database.read { tx in try tx.rows("SELECT id FROM items").map { try $0.int("id") }
        }
        #expect(outcomes == stored.count)
        #expect(stored.allSatisfy { $0 % 7 != 0 })
    }

    @Test func `what waits for a commit runs after it, and not after a rollback`() async throws {
        let store = try await store()
        let heard = Mutex<[String]>([])
        try await store.database.write { tx in tx.onCommit { heard.withLock { $0.append("kept") } } }
        _ = try? await store.database.write { tx in
            tx.onCommit { heard.withLock { $0.append("undone") } }
            throw MartletError(.conflict, "no")
        }
        #expect(heard.withLock { $0 } == ["kept"])
    }

    @Test func `a broken uniqueness is told as such`() async throws {
        let store = try await store()
        await #expect(throws: MartletError.self) {
            try await store.database.write { tx in
                try tx.execute("INSERT INTO items (id, name) VALUES (1, 'a')")
                try tx.execute("INSERT INTO items (id, name) VALUES (1, 'b')")
            }
        }
        #expect(try await store.database.read { tx in try tx.rows("SELECT * FROM items").count } == 0)
    }

    @Test func `readers see the state before a write that is not finished`() async throws {
        let store = try await store()
        try await store.database.write { tx in try tx.execute("INSERT INTO items (id, name) VALUES (1, 'a')") }
        let count = try await store.database.read { tx in
            try tx.row("SELECT COUNT(*) AS n FROM items")?.int("n")
        }
        #expect(count == 1)
    }
}
