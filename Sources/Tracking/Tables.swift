/// The statements of the room's migrations; never changed once shipped.
enum Tables {
    static let experimentsAndRuns = """
        CREATE TABLE experiments (
            id BIGINT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            artifact_location TEXT NOT NULL,
            lifecycle_stage TEXT NOT NULL,
            created BIGINT NOT NULL,
            updated BIGINT NOT NULL);
        CREATE TABLE experiment_tags (
            experiment BIGINT NOT NULL REFERENCES experiments (id),
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (experiment, key)) WITHOUT ROWID;
        CREATE TABLE runs (
            number BIGINT PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            experiment BIGINT NOT NULL REFERENCES experiments (id),
            name TEXT NOT NULL,
            user_id TEXT NOT NULL,
            status TEXT NOT NULL,
            start_time BIGINT NOT NULL,
            end_time BIGINT,
            deleted_time BIGINT,
            lifecycle_stage TEXT NOT NULL,
            artifact_uri TEXT NOT NULL);
        CREATE INDEX runs_by_experiment ON runs (experiment, lifecycle_stage, start_time, id);
        """

    static let metricsParamsAndTags = """
        CREATE TABLE metric_keys (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE metric_points (
            run BIGINT NOT NULL,
            key BIGINT NOT NULL,
            step BIGINT NOT NULL,
            timestamp BIGINT NOT NULL,
            value DOUBLE PRECISION NOT NULL,
            is_nan BIGINT NOT NULL,
            PRIMARY KEY (run, key, step, timestamp, value, is_nan)) WITHOUT ROWID;
        CREATE TABLE latest_metrics (
            run BIGINT NOT NULL,
            key BIGINT NOT NULL,
            step BIGINT NOT NULL,
            timestamp BIGINT NOT NULL,
            value DOUBLE PRECISION NOT NULL,
            is_nan BIGINT NOT NULL,
            PRIMARY KEY (run, key)) WITHOUT ROWID;
        CREATE INDEX latest_metrics_by_value ON latest_metrics (key, value, run);
        CREATE TABLE params (
            run BIGINT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (run, key)) WITHOUT ROWID;
        CREATE INDEX params_by_value ON params (key, substr(value, 1, 64), run);
        CREATE TABLE tags (
            run BIGINT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (run, key)) WITHOUT ROWID;
        CREATE INDEX tags_by_value ON tags (key, substr(value, 1, 64), run);
        """

    static let inputsAndModels = """
        CREATE TABLE input_datasets (
            id TEXT PRIMARY KEY,
            experiment BIGINT NOT NULL,
            name TEXT NOT NULL,
            digest TEXT NOT NULL,
            source_type TEXT NOT NULL,
            source TEXT NOT NULL,
            schema TEXT,
            profile TEXT,
            UNIQUE (experiment, name, digest));
        CREATE TABLE run_datasets (
            run BIGINT NOT NULL,
            dataset TEXT NOT NULL REFERENCES input_datasets (id),
            PRIMARY KEY (run, dataset)) WITHOUT ROWID;
        CREATE INDEX run_datasets_by_dataset ON run_datasets (dataset);
        CREATE TABLE run_dataset_tags (
            run BIGINT NOT NULL,
            dataset TEXT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (run, dataset, key)) WITHOUT ROWID;
        CREATE TABLE run_models (
            run BIGINT NOT NULL,
            direction TEXT NOT NULL,
            model TEXT NOT NULL,
            step BIGINT NOT NULL,
            PRIMARY KEY (run, direction, model)) WITHOUT ROWID;
        CREATE TABLE logged_models (
            id TEXT PRIMARY KEY,
            experiment BIGINT NOT NULL REFERENCES experiments (id),
            name TEXT NOT NULL,
            artifact_location TEXT NOT NULL,
            status TEXT NOT NULL,
            status_message TEXT,
            model_type TEXT NOT NULL,
            source_run_id TEXT NOT NULL,
            lifecycle_stage TEXT NOT NULL,
            created BIGINT NOT NULL,
            updated BIGINT NOT NULL);
        CREATE INDEX logged_models_by_experiment ON logged_models (experiment, lifecycle_stage, created, id);
        CREATE INDEX logged_models_by_run ON logged_models (source_run_id, name);
        CREATE TABLE logged_model_params (
            model TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)) WITHOUT ROWID;
        CREATE TABLE logged_model_tags (
            model TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)) WITHOUT ROWID;
        CREATE TABLE logged_model_metrics (
            model TEXT NOT NULL,
            key TEXT NOT NULL,
            dataset_name TEXT NOT NULL,
            dataset_digest TEXT NOT NULL,
            run_id TEXT NOT NULL,
            step BIGINT NOT NULL,
            timestamp BIGINT NOT NULL,
            value DOUBLE PRECISION NOT NULL,
            is_nan BIGINT NOT NULL,
            PRIMARY KEY (model, key, dataset_name, dataset_digest, run_id, step, timestamp)) WITHOUT ROWID;
        """

    static let artifacts = """
        CREATE TABLE artifacts (
            folder TEXT NOT NULL,
            name TEXT NOT NULL,
            digest TEXT,
            size BIGINT,
            created BIGINT NOT NULL,
            PRIMARY KEY (folder, name));
        CREATE INDEX artifacts_by_digest ON artifacts (digest);
        """
}
