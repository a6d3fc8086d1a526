import Basics

/// Runs what is new, and refuses a database whose history is not a beginning of ours.
struct Migrator {
    let session: any SQLSession

    func run(_ rooms: [RoomMigrations]) throws {
        try session.runScript(
            """
            CREATE TABLE IF NOT EXISTS schema_history (
                room TEXT NOT NULL, position BIGINT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
                PRIMARY KEY (room, position))
            """
        )
        var applied: [String: [(name: String, digest: String)]] = [:]
        _ = try session.run("SELECT room, name, digest FROM schema_history ORDER BY room, position", []) { row in
            applied[try row.text("room"), default: []].append((try row.text("name"), try row.text("digest")))
        }
        let known = Set(rooms.map(\.room))
        if let stranger = applied.keys.sorted().first(where: { !known.contains($0) }) {
            throw Self.newer("it has tables of '\(stranger)', a room that this binary does not have")
        }
        for room in rooms {
            let done = applied[room.room] ?? []
            guard done.count <= room.migrations.count else {
                throw Self.newer(
                    "'\(room.room)' is \(done.count - room.migrations.count) migrations ahead, the last is '\(done.last?.name ?? "")'"
                )
            }
            for (position, migration) in room.migrations.enumerated() {
                let digest = Digest.sha256(migration.sql)
                if position < done.count {
                    guard done[position].digest == digest else {
                        throw Self.newer(
                            "migration \(position + 1) of '\(room.room)' was '\(done[position].name)' there and is '\(migration.name)' here, or its text differs"
                        )
                    }
                    continue
                }
                try session.runScript(migration.sql)
                _ = try session.run(
                    "INSERT INTO schema_history (room, position, name, digest) VALUES ($1, $2, $3, $4)",
                    [.text(room.room), .int(Int64(position)), .text(migration.name), .text(digest)]
                ) { _ in }
            }
        }
    }

    private static func newer(_ what: String) -> MartletError {
        MartletError(
            .conflict,
            "this database was written by a newer or another martlet: \(what)",
            hint: "start it with the binary that wrote it, or with an empty --data folder; nothing was changed"
        )
    }
}
