public import Storage

extension Registry {
    /// The tables of the registry room.
    public static let migrations = RoomMigrations(
        room: "registry",
        [
            Migration(
                "Create registered models, versions, aliases and tags",
                """
                CREATE TABLE registered_models (
                    name TEXT PRIMARY KEY,
                    description TEXT,
                    created BIGINT NOT NULL,
                    updated BIGINT NOT NULL,
                    next_version BIGINT NOT NULL);
                CREATE TABLE registered_model_tags (
                    name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, key));
                CREATE TABLE model_versions (
                    name TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    description TEXT,
                    source TEXT NOT NULL,
                    location TEXT NOT NULL,
                    run_id TEXT,
                    run_link TEXT,
                    model_id TEXT,
                    user_id TEXT,
                    stage TEXT NOT NULL,
                    created BIGINT NOT NULL,
                    updated BIGINT NOT NULL,
                    PRIMARY KEY (name, version));
                CREATE INDEX model_versions_by_run ON model_versions (run_id);
                CREATE INDEX model_versions_by_update ON model_versions (updated, name, version);
                CREATE TABLE model_version_tags (
                    name TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    key TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (name, version, key));
                CREATE TABLE model_aliases (
                    name TEXT NOT NULL,
                    alias TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    PRIMARY KEY (name, alias));
                """
            )
        ]
    )
}
