public import Storage

extension Automation {
    /// The tables of automation.
    public static let migrations = RoomMigrations(
        room: "automation",
        [
            Migration(
                "Create promotions, triggers and webhooks",
                """
                CREATE TABLE automation_specs (project TEXT PRIMARY KEY, spec TEXT NOT NULL, time BIGINT NOT NULL);
                CREATE TABLE promotions (
                    id TEXT PRIMARY KEY,
                    model TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    project TEXT,
                    pipeline_run TEXT,
                    event_sequence BIGINT UNIQUE,
                    event_time BIGINT,
                    requested_by TEXT NOT NULL,
                    reason TEXT,
                    state TEXT NOT NULL,
                    attempts BIGINT NOT NULL,
                    not_before BIGINT NOT NULL,
                    error TEXT,
                    champion BIGINT,
                    decision TEXT,
                    decided_by TEXT,
                    summary TEXT,
                    document TEXT,
                    document_digest TEXT,
                    created BIGINT NOT NULL,
                    decided BIGINT);
                CREATE INDEX promotions_by_model ON promotions (model, id);
                CREATE INDEX promotions_by_state ON promotions (state, id);
                CREATE TABLE trigger_states (
                    name TEXT PRIMARY KEY,
                    fired BIGINT NOT NULL,
                    skipped BIGINT NOT NULL,
                    last_fired BIGINT,
                    last_event BIGINT,
                    last_run TEXT,
                    last_skip TEXT,
                    checked_until BIGINT);
                CREATE TABLE trigger_intents (
                    id TEXT PRIMARY KEY,
                    trigger_name TEXT NOT NULL,
                    project TEXT NOT NULL,
                    pipeline TEXT NOT NULL,
                    event_sequence BIGINT,
                    event_time BIGINT,
                    start_key TEXT NOT NULL UNIQUE,
                    state TEXT NOT NULL,
                    attempts BIGINT NOT NULL,
                    not_before BIGINT NOT NULL,
                    run_id TEXT,
                    error TEXT,
                    created BIGINT NOT NULL);
                CREATE INDEX trigger_intents_by_state ON trigger_intents (state, id);
                CREATE INDEX trigger_intents_by_event ON trigger_intents (event_sequence);
                CREATE TABLE webhooks (
                    id TEXT PRIMARY KEY,
                    project TEXT,
                    url TEXT NOT NULL,
                    events TEXT NOT NULL,
                    secret TEXT,
                    secret_variable TEXT,
                    is_active BIGINT NOT NULL,
                    since_sequence BIGINT NOT NULL,
                    created BIGINT NOT NULL);
                CREATE TABLE webhook_deliveries (
                    id TEXT PRIMARY KEY,
                    webhook TEXT NOT NULL,
                    event_sequence BIGINT NOT NULL,
                    state TEXT NOT NULL,
                    attempts BIGINT NOT NULL,
                    not_before BIGINT NOT NULL,
                    status BIGINT,
                    error TEXT,
                    created BIGINT NOT NULL,
                    finished BIGINT,
                    UNIQUE (webhook, event_sequence));
                CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (state, webhook, event_sequence);
                """
            )
        ]
    )
}
