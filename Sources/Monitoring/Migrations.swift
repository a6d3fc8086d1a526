public import Storage

extension Monitoring {
    /// The tables of the prediction log, the windows and the alerts.
    ///
    /// A request is one row of `prediction_batches`, its values packed by column, so that a billion predictions are tens of
    /// bytes each and a hundred requests a second are a hundred inserts. What is looked up has narrow tables of its own.
    public static let migrations = RoomMigrations(
        room: "monitoring",
        [
            Migration(
                "Create the prediction log, actuals, windows, references and alerts",
                """
                CREATE TABLE monitors (
                    deployment TEXT PRIMARY KEY,
                    model TEXT NOT NULL,
                    spec TEXT,
                    revision BIGINT NOT NULL,
                    watermark BIGINT,
                    version BIGINT);
                CREATE TABLE monitoring_references (
                    number BIGINT PRIMARY KEY,
                    deployment TEXT NOT NULL,
                    model TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    time BIGINT NOT NULL,
                    row_count BIGINT NOT NULL,
                    profile TEXT NOT NULL,
                    scores BLOB);
                CREATE INDEX monitoring_references_by_version
                    ON monitoring_references (deployment, version, number);
                CREATE TABLE monitoring_numbers (name TEXT PRIMARY KEY, last BIGINT NOT NULL);
                INSERT INTO monitoring_numbers (name, last) VALUES ('batch', 0), ('reference', 0);
                CREATE TABLE prediction_layouts (
                    digest TEXT PRIMARY KEY,
                    columns TEXT NOT NULL);
                CREATE TABLE prediction_batches (
                    number BIGINT PRIMARY KEY,
                    id TEXT NOT NULL UNIQUE,
                    deployment TEXT NOT NULL,
                    model TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    reference BIGINT NOT NULL,
                    window_length BIGINT NOT NULL,
                    time BIGINT NOT NULL,
                    latency BIGINT NOT NULL,
                    layout TEXT NOT NULL,
                    row_count BIGINT NOT NULL,
                    head BLOB NOT NULL,
                    body BLOB NOT NULL);
                CREATE TABLE prediction_keys (
                    name TEXT NOT NULL,
                    batch BIGINT NOT NULL,
                    place BIGINT NOT NULL);
                CREATE INDEX prediction_keys_by_name ON prediction_keys (name, batch, place);
                CREATE TABLE prediction_actuals (batch BIGINT PRIMARY KEY, actuals BLOB NOT NULL);
                CREATE TABLE monitoring_windows (
                    deployment TEXT NOT NULL,
                    window_start BIGINT NOT NULL,
                    window_length BIGINT NOT NULL,
                    version BIGINT NOT NULL,
                    reference BIGINT NOT NULL,
                    window_end BIGINT NOT NULL,
                    revision BIGINT NOT NULL,
                    judged BIGINT NOT NULL,
                    quality_judged BIGINT NOT NULL,
                    tally BLOB NOT NULL,
                    PRIMARY KEY (deployment, window_start, window_length, version, reference));
                CREATE INDEX monitoring_windows_to_judge ON monitoring_windows (deployment, judged, window_end);
                CREATE INDEX monitoring_windows_to_rate ON monitoring_windows (deployment, quality_judged, window_end);
                CREATE TABLE alerts (
                    id TEXT PRIMARY KEY,
                    deployment TEXT NOT NULL,
                    model TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    signal TEXT NOT NULL,
                    feature TEXT NOT NULL,
                    level TEXT NOT NULL,
                    value DOUBLE PRECISION NOT NULL,
                    threshold DOUBLE PRECISION NOT NULL,
                    opened BIGINT NOT NULL,
                    closed BIGINT,
                    is_open BIGINT NOT NULL,
                    calm BIGINT NOT NULL,
                    window_start BIGINT NOT NULL,
                    window_end BIGINT NOT NULL,
                    last_value DOUBLE PRECISION NOT NULL);
                CREATE INDEX alerts_open ON alerts (is_open, deployment);
                CREATE INDEX alerts_by_time ON alerts (opened, id);
                """
            )
        ]
    )
}
