import Basics
import Storage

/// Reads of the tables of logged models.
enum LoggedModelTable {
    /// A logged model that is not deleted.
    static func get(_ tx: Transaction, _ id: String) throws -> LoggedModel {
        guard let row = try tx.row("SELECT * FROM logged_models WHERE id = $1 AND lifecycle_stage = 'active'", id),
            let model = try full(tx, [row]).first
        else { throw ProtocolError.noLoggedModel(id) }
        return model
    }

    /// The logged model that a run made under a name; the newest of several.
    static func find(_ tx: Transaction, run: String, name: String) throws -> LoggedModel? {
        let row = try tx.row(
            """
            SELECT * FROM logged_models WHERE source_run_id = $1 AND name = $2 AND lifecycle_stage = 'active'
            ORDER BY created DESC, id DESC LIMIT 1
            """,
            run,
            name
        )
        return try row.flatMap { try full(tx, [$0]).first }
    }

    /// Rows with their params, tags and metrics.
    static func full(_ tx: Transaction, _ rows: [Row]) throws -> [LoggedModel] {
        let ids = try rows.map { try $0.text("id") }
        var params: [String: [KeyValue]] = [:]
        var tags: [String: [KeyValue]] = [:]
        var metrics: [String: [LoggedModelMetric]] = [:]
        try tx.eachOf(ids, "SELECT model, key, value FROM logged_model_params WHERE model IN (@) ORDER BY key") { row in
            params[try row.text("model"), default: []].append(try pair(row))
        }
        try tx.eachOf(ids, "SELECT model, key, value FROM logged_model_tags WHERE model IN (@) ORDER BY key") { row in
            tags[try row.text("model"), default: []].append(try pair(row))
        }
        try tx.eachOf(
            ids,
            "SELECT * FROM logged_model_metrics WHERE model IN (@) ORDER BY key, dataset_name, step, timestamp"
        ) { row in
            let model = try row.text("model")
            var metric = try MetricPoint(row, key: try row.text("key"))
            let (name, digest) = (try row.text("dataset_name"), try row.text("dataset_digest"))
            metric.modelID = model
            metric.datasetName = name.isEmpty ? nil : name
            metric.datasetDigest = digest.isEmpty ? nil : digest
            metrics[model, default: []].append(LoggedModelMetric(metric: metric, run: try row.text("run_id")))
        }
        return try rows.map { row in
            let id = try row.text("id")
            return LoggedModel(
                id: id,
                experimentID: String(try row.int("experiment")),
                name: try row.text("name"),
                artifactLocation: try row.text("artifact_location"),
                status: LoggedModelStatus(rawValue: try row.text("status")) ?? .unspecified,
                statusMessage: row.textOrNil("status_message"),
                modelType: try row.text("model_type"),
                sourceRunID: try row.text("source_run_id"),
                created: try row.timestamp("created"),
                updated: try row.timestamp("updated"),
                params: params[id] ?? [],
                tags: tags[id] ?? [],
                metrics: metrics[id] ?? []
            )
        }
    }

    private static func pair(_ row: Row) throws -> KeyValue {
        KeyValue(key: try row.text("key"), value: try row.text("value"))
    }
}
