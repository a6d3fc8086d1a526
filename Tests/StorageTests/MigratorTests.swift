import Basics
import MartletTesting
import Storage
import Testing

struct MigratorTests {
    private let first = Migration("Create a", "CREATE TABLE a (x BIGINT)")
    private let second = Migration("Create b", "CREATE TABLE b (x BIGINT)")

    private func open(_ folder: TemporaryFolder) throws -> Database { try Database.sqlite(path: folder.path("m.db")) }

    @Test func `migrations run once, in order, and the new ones later`() async throws {
        let folder = try TemporaryFolder()
        let database = try open(folder)
        try await database.migrate([RoomMigrations(room: "r", [first])])
        try await database.migrate([RoomMigrations(room: "r", [first, second])])
        try await database.migrate([RoomMigrations(room: "r", [first, second])])
        try await database.write { tx in try tx.execute("INSERT INTO b (x) VALUES (1)") }
    }

    @Test func `a database with more migrations than the binary is refused and left alone`() async throws {
        let folder = try TemporaryFolder()
        let database = try open(folder)
        try await database.migrate([RoomMigrations(room: "r", [first, second])])
        let error = await #expect(throws: MartletError.self) {
            try await database.migrate([RoomMigrations(room: "r", [self.first])])
        }
        #expect(
            error?.message.contains("newer or another martlet: 'r' is 1 migrations ahead, the last is 'Create b'")
                == true
        )
    }

    @Test func `a database with tables of a room that the binary lacks is refused`() async throws {
        let folder = try TemporaryFolder()
        let database = try open(folder)
        try await database.migrate([RoomMigrations(room: "future", [first])])
        let error = await #expect(throws: MartletError.self) {
            try await database.migrate([RoomMigrations(room: "r", [self.second])])
        }
        #expect(error?.message.contains("tables of 'future'") == true)
    }

    @Test func `a migration whose text was changed after it ran is refused`() async throws {
        let folder = try TemporaryFolder()
        let database = try open(folder)
        try await database.migrate([RoomMigrations(room: "r", [first])])
        let changed = Migration("Create a", "CREATE TABLE a (x TEXT)")
        await #expect(throws: MartletError.self) { try await database.migrate([RoomMigrations(room: "r", [changed])]) }
    }

    @Test func `a migration that fails leaves nothing behind`() async throws {
        let folder = try TemporaryFolder()
        let database = try open(folder)
        let broken = Migration("Broken", "CREATE TABLE c (x BIGINT); CREATE TABLE c (x BIGINT)")
        await #expect(throws: MartletError.self) {
            try await database.migrate([RoomMigrations(room: "r", [self.first, broken])])
        }
        try await database.migrate([
            RoomMigrations(room: "r", [first, Migration("Create c", "CREATE TABLE c (x BIGINT)")])
        ])
    }
}
