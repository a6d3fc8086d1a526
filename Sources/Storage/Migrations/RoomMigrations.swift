/// One step in the life of a room's tables: named by what it does, never changed once shipped, never undone.
public struct Migration: Sendable, Hashable {
    /// What it does, as a sentence: "Create experiments and runs".
    public let name: String
    /// The statements, in the shared dialect, separated by semicolons.
    public let sql: String

    /// Makes a migration.
    public init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }
}

/// All migrations of a room, in order.
public struct RoomMigrations: Sendable, Hashable {
    /// The room's name in lower case.
    public let room: String
    /// What brings its tables up to date, first to last.
    public let migrations: [Migration]

    /// Makes a list.
    public init(room: String, _ migrations: [Migration]) {
        self.room = room
        self.migrations = migrations
    }
}
