public import Storage

extension Datasets {
    /// The tables of datasets, their versions and the files that each version added.
    public static let migrations = RoomMigrations(
        room: "datasets",
        [
            Migration(
                "Create datasets, versions and parts",
                """
                CREATE TABLE datasets (
                    name TEXT PRIMARY KEY,
                    project TEXT NOT NULL,
                    declared BIGINT NOT NULL,
                    spec TEXT NOT NULL,
                    updated BIGINT NOT NULL);
                CREATE TABLE dataset_versions (
                    dataset TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    status TEXT NOT NULL,
                    mode TEXT NOT NULL,
                    base BIGINT,
                    digest TEXT NOT NULL,
                    rows BIGINT NOT NULL,
                    columns TEXT NOT NULL,
                    profile TEXT NOT NULL,
                    failures TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    created BIGINT NOT NULL,
                    event_time BIGINT,
                    decided_by TEXT,
                    decided BIGINT,
                    reason TEXT,
                    PRIMARY KEY (dataset, version));
                CREATE INDEX dataset_versions_by_status ON dataset_versions (dataset, status, version);
                CREATE TABLE dataset_parts (
                    dataset TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    position BIGINT NOT NULL,
                    digest TEXT NOT NULL,
                    size BIGINT NOT NULL,
                    format TEXT NOT NULL,
                    compression TEXT NOT NULL,
                    rows BIGINT NOT NULL,
                    columns TEXT NOT NULL,
                    PRIMARY KEY (dataset, version, position));
                """
            ),
            Migration(
                "Keep with a version the checks that it was held against",
                "ALTER TABLE dataset_versions ADD COLUMN checks TEXT NOT NULL DEFAULT '[]'"
            ),
        ]
    )
}
