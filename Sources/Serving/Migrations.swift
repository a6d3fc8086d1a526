public import Storage

extension Serving {
    /// The tables of deployments.
    public static let migrations = RoomMigrations(
        room: "serving",
        [
            Migration(
                "Create deployments",
                """
                CREATE TABLE deployments (
                    name TEXT PRIMARY KEY,
                    generation BIGINT NOT NULL,
                    model TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    spec TEXT NOT NULL,
                    reason TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    switched BIGINT NOT NULL,
                    status TEXT NOT NULL,
                    problem TEXT,
                    served_generation BIGINT,
                    served_model TEXT,
                    served_version BIGINT,
                    served_spec TEXT);
                """
            )
        ]
    )
}
