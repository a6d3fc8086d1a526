public import Storage

extension Ledger {
    /// The tables of the two spines.
    public static let migrations = RoomMigrations(
        room: "ledger",
        [
            Migration(
                "Create the event log, its readers' cursors and the lineage graph",
                """
                CREATE TABLE events (
                    sequence BIGINT PRIMARY KEY,
                    time BIGINT NOT NULL,
                    event_time BIGINT,
                    actor TEXT NOT NULL,
                    kind TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    payload TEXT NOT NULL,
                    hash TEXT NOT NULL);
                CREATE INDEX events_by_subject ON events (subject, sequence);
                CREATE INDEX events_by_kind ON events (kind, sequence);
                CREATE TABLE event_head (id BIGINT PRIMARY KEY, sequence BIGINT NOT NULL, hash TEXT NOT NULL);
                INSERT INTO event_head (id, sequence, hash) VALUES (0, 0, '');
                CREATE TABLE event_cursors (reader TEXT PRIMARY KEY, sequence BIGINT NOT NULL);
                CREATE TABLE lineage (
                    subject TEXT NOT NULL,
                    relation TEXT NOT NULL,
                    object TEXT NOT NULL,
                    time BIGINT NOT NULL,
                    attributes TEXT NOT NULL,
                    PRIMARY KEY (subject, relation, object));
                CREATE INDEX lineage_by_object ON lineage (object);
                """
            )
        ]
    )
}
