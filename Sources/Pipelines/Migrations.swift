public import Storage

extension Pipelines {
    /// The tables of pipelines.
    public static let migrations = RoomMigrations(
        room: "pipelines",
        [
            Migration(
                "Create pipelines, their runs, steps, attempts, cache and code snapshots",
                """
                CREATE TABLE code_snapshots (
                    digest TEXT PRIMARY KEY, tree TEXT NOT NULL, files BIGINT NOT NULL, size BIGINT NOT NULL, created BIGINT NOT NULL);
                CREATE TABLE pipelines (
                    project TEXT NOT NULL, name TEXT NOT NULL, spec TEXT NOT NULL, code TEXT, code_commit TEXT,
                    dirty BIGINT NOT NULL, branch TEXT, updated BIGINT NOT NULL, runs BIGINT NOT NULL,
                    PRIMARY KEY (project, name));
                CREATE TABLE pipeline_runs (
                    id TEXT PRIMARY KEY, project TEXT NOT NULL, pipeline TEXT NOT NULL, number BIGINT NOT NULL,
                    status TEXT NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL, dedup_key TEXT UNIQUE,
                    spec TEXT NOT NULL, code TEXT, code_commit TEXT, dirty BIGINT NOT NULL, branch TEXT,
                    params TEXT NOT NULL, pins TEXT NOT NULL, event_time BIGINT, created BIGINT NOT NULL, started BIGINT,
                    finished BIGINT, mlflow_run TEXT, error TEXT, cancel_requested BIGINT NOT NULL,
                    UNIQUE (project, pipeline, number));
                CREATE INDEX pipeline_runs_by_status ON pipeline_runs (status, id);
                CREATE TABLE pipeline_steps (
                    run TEXT NOT NULL REFERENCES pipeline_runs (id), name TEXT NOT NULL, position BIGINT NOT NULL,
                    phase TEXT NOT NULL, attempt BIGINT NOT NULL, epoch BIGINT NOT NULL, failures BIGINT NOT NULL,
                    losses BIGINT NOT NULL, started BIGINT, finished BIGINT, error TEXT, mlflow_run TEXT, origin TEXT,
                    outputs TEXT, model TEXT, model_version BIGINT, environment TEXT,
                    PRIMARY KEY (run, name));
                CREATE TABLE pipeline_attempts (
                    run TEXT NOT NULL, step TEXT NOT NULL, attempt BIGINT NOT NULL, epoch BIGINT NOT NULL,
                    folder TEXT NOT NULL, cache_key TEXT NOT NULL, started BIGINT NOT NULL, finished BIGINT, outcome TEXT, exit TEXT, log TEXT,
                    PRIMARY KEY (run, step, attempt));
                CREATE TABLE step_cache (
                    key TEXT PRIMARY KEY, outputs TEXT NOT NULL, origin TEXT NOT NULL, mlflow_run TEXT, model_version BIGINT,
                    created BIGINT NOT NULL);
                """
            )
        ]
    )
}
