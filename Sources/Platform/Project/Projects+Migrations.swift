import Storage

extension Projects {
    /// The tables of what projects declare.
    static let migrations = RoomMigrations(
        room: "projects",
        [
            Migration(
                "Create projects",
                """
                CREATE TABLE projects (
                    name TEXT PRIMARY KEY,
                    file TEXT NOT NULL,
                    inventory TEXT NOT NULL,
                    folder TEXT NOT NULL,
                    code TEXT,
                    revision TEXT,
                    dirty BIGINT NOT NULL,
                    branch TEXT,
                    applied BIGINT NOT NULL,
                    actor TEXT NOT NULL)
                """
            )
        ]
    )
}
