public import Storage

extension Access {
    /// The tables of users' tokens.
    public static let migrations = RoomMigrations(
        room: "access",
        [
            Migration(
                "Create tokens",
                """
                CREATE TABLE tokens (
                    name TEXT PRIMARY KEY,
                    role TEXT NOT NULL,
                    digest TEXT NOT NULL UNIQUE,
                    created BIGINT NOT NULL)
                """
            )
        ]
    )
}
