import Basics
import Storage

/// The statements that a batch becomes: nothing is read of what the run holds already.
enum BatchWriter {
    private static let points = BulkInsert(
        into: "metric_points (run, key, step, timestamp, value, is_nan)",
        width: 6,
        "ON CONFLICT DO NOTHING"
    )
    private static let latest = BulkInsert(
        into: "latest_metrics (run, key, step, timestamp, value, is_nan)",
        width: 6,
        """
        ON CONFLICT (run, key) DO UPDATE SET step = excluded.step, timestamp = excluded.timestamp,
        value = excluded.value, is_nan = excluded.is_nan
        WHERE (excluded.step, excluded.timestamp, excluded.value)
        > (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)
        """
    )
    private static let paramRows = BulkInsert(
        into: "params (run, key, value)",
        width: 3,
        "ON CONFLICT (run, key) DO NOTHING"
    )
    private static let tagRows = BulkInsert(
        into: "tags (run, key, value)",
        width: 3,
        "ON CONFLICT (run, key) DO UPDATE SET value = excluded.value"
    )
    private static let modelMetrics = BulkInsert(
        into:
            "logged_model_metrics (model, key, dataset_name, dataset_digest, run_id, step, timestamp, value, is_nan)",
        width: 9,
        """
        ON CONFLICT (model, key, dataset_name, dataset_digest, run_id, step, timestamp)
        DO UPDATE SET value = excluded.value, is_nan = excluded.is_nan
        """
    )

    /// Adds points, and keeps the latest of each metric.
    static func metrics(_ tx: Transaction, _ run: Int64, _ metrics: [MetricPoint], keys: MetricKeys) throws {
        guard !metrics.isEmpty else { return }
        var latest: [String: MetricPoint] = [:]
        for metric in metrics {
            if let known = latest[metric.key], !metric.isLater(than: known) { continue }
            latest[metric.key] = metric
        }
        let numbers = try keys.numbers(tx, of: Set(latest.keys))
        try points.run(tx, try rows(run, metrics, numbers))
        try Self.latest.run(tx, try rows(run, Array(latest.values), numbers))
    }

    /// Adds the points that tell of logged models.
    static func modelMetrics(_ tx: Transaction, run: String, _ metrics: [MetricPoint]) throws {
        var values: [SQLValue] = []
        for metric in metrics {
            guard let model = metric.modelID, !model.isEmpty else { continue }
            let (value, isNaN) = metric.stored
            values += [
                .text(model), .text(metric.key), .text(metric.datasetName ?? ""), .text(metric.datasetDigest ?? ""),
                .text(run),
                .int(metric.step), .int(metric.timestamp.milliseconds), .double(value), .int(isNaN),
            ]
        }
        try modelMetrics.run(tx, values)
    }

    /// Adds params; a known one must have the same value.
    static func params(_ tx: Transaction, _ run: Int64, id: String, _ params: [KeyValue]) throws {
        let inserted = try paramRows.run(tx, params.flatMap { [.int(run), .text($0.key), .text($0.value)] })
        guard inserted < params.count else { return }
        var known: [String: String] = [:]
        try tx.eachOf(params.map(\.key), "SELECT key, value FROM params WHERE run = \(run) AND key IN (@)") { row in
            known[try row.text("key")] = try row.text("value")
        }
        let changed = params.filter { known[$0.key] != $0.value }
        guard !changed.isEmpty else { return }
        if params.count == 1, let param = changed.first {
            throw MartletError(
                .invalidArgument,
                "Changing param values is not allowed. Param with key='\(param.key)' was already logged with value='\(known[param.key] ?? "")' for run ID='\(id)'. Attempted logging new value '\(param.value)'."
            )
        }
        let list = changed.map {
            "{'key': '\($0.key)', 'old_value': '\(known[$0.key] ?? "")', 'new_value': '\($0.value)'}"
        }
        throw MartletError(
            .invalidArgument,
            "Changing param values is not allowed. Params were already logged='[\(list.joined(separator: ", "))]' for run ID='\(id)'."
        )
    }

    /// Sets tags; of one that stands twice the last counts.
    static func tags(_ tx: Transaction, _ run: Int64, _ tags: [KeyValue]) throws {
        guard !tags.isEmpty else { return }
        let last = Dictionary(tags.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        try tagRows.run(tx, last.sorted { $0.key < $1.key }.flatMap { [.int(run), .text($0.key), .text($0.value)] })
        if let name = last["mlflow.runName"] {
            try tx.execute("UPDATE runs SET name = $1 WHERE number = $2", name, run)
        }
    }

    private static func rows(_ run: Int64, _ metrics: [MetricPoint], _ numbers: [String: Int64]) throws -> [SQLValue] {
        var values: [SQLValue] = []
        values.reserveCapacity(metrics.count * 6)
        for metric in metrics {
            guard let key = numbers[metric.key] else {
                throw MartletError(.internalError, "metric '\(metric.key)' has no number")
            }
            let (value, isNaN) = metric.stored
            values.append(.int(run))
            values.append(.int(key))
            values.append(.int(metric.step))
            values.append(.int(metric.timestamp.milliseconds))
            values.append(.double(value))
            values.append(.int(isNaN))
        }
        return values
    }
}

extension Tracking {
    func logBatch(_ batch: Batch) async throws {
        let batch = try batch.checked()
        try await database.write { [self] tx in
            let run = try RunTable.activeNumber(tx, batch.run)
            try BatchWriter.params(tx, run, id: batch.run, batch.params)
            try BatchWriter.metrics(tx, run, batch.metrics, keys: keys)
            try BatchWriter.modelMetrics(tx, run: batch.run, batch.metrics)
            try BatchWriter.tags(tx, run, batch.tags)
        }
    }
}
