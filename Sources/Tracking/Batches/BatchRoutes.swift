import Basics
import Storage
import Web

/// The handlers of what runs log.
extension RunRoutes {
    /// What one batch may take as a body: 1,000 points, 100 params and tags at their longest.
    private static let batchLimit = 16 << 20

    func logBatch(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request, limit: Self.batchLimit)
        let metrics = try fields.messages("metrics").enumerated().map { index, point in
            guard point["value"] != nil else {
                throw MartletError(.invalidArgument, "Missing value for required parameter 'metrics[\(index)].value'.")
            }
            return try MetricPoint(point)
        }
        let batch = Batch(
            run: try fields.required("run_id"),
            metrics: metrics,
            params: try fields.pairs("params"),
            tags: try fields.pairs("tags")
        )
        try await tracking.logBatch(batch)
        return Self.done
    }

    func logMetric(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        for name in ["key", "value", "timestamp"] where fields[name] == nil { throw ProtocolError.missing(name) }
        let (run, metric) = (try fields.runID(), try MetricPoint(fields))
        try Names.check(metric: metric)
        try await tracking.logBatch(Batch(run: run, metrics: [metric]))
        return Self.done
    }

    func logParam(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (run, key) = (try fields.runID(), try fields.required("key"))
        let param = try Names.checked(param: KeyValue(key: key, value: try fields.text("value") ?? ""))
        try await tracking.logBatch(Batch(run: run, params: [param]))
        return Self.done
    }

    func logInputs(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let run = try fields.required("run_id")
        let datasets = try fields.messages("datasets").map { try DatasetInput($0) }
        let models = try fields.messages("models").map { try $0.required("model_id") }
        guard datasets.count <= 1000, models.count <= 1000 else {
            throw MartletError(.invalidArgument, "at most 1000 inputs can be logged at once")
        }
        try await tracking.database.write { [tracking] tx in
            try tracking.logInputs(tx, run: run, datasets: datasets, models: models)
        }
        return Self.done
    }

    func logOutputs(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let run = try fields.required("run_id")
        let models = try fields.messages("models").map {
            ModelOutput(model: try $0.required("model_id"), step: try $0.int("step") ?? 0)
        }
        guard !models.isEmpty else { throw ProtocolError.missing("models") }
        guard models.count <= 1000 else {
            throw MartletError(.invalidArgument, "at most 1000 outputs can be logged at once")
        }
        try await tracking.database.write { [tracking] tx in try tracking.logOutputs(tx, run: run, models: models) }
        return Self.done
    }

    /// `log-model` of clients before MLflow 3: the model's description goes to the run's history tag.
    func logModel(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (run, text) = (try fields.required("run_id"), try fields.required("model_json"))
        let model = try JSON(parsing: text)
        for name in ["artifact_path", "flavors", "utc_time_created", "run_id"] where model[name] == nil {
            throw MartletError(.invalidArgument, "Model json is missing mandatory fields: ['\(name)']")
        }
        try await tracking.appendToModelHistory(run: run, model)
        return Self.done
    }

    static let done = WebResponse.json([:])
}

extension Tracking {
    func appendToModelHistory(run id: String, _ model: JSON) async throws {
        let key = "mlflow.log-model.history"
        try await database.write { tx in
            let run = try RunTable.activeNumber(tx, id)
            let known = try tx.row("SELECT value FROM tags WHERE run = $1 AND key = $2", run, key)
            var list = known.flatMap { try? JSON(parsing: $0.text("value")) }?.array ?? []
            list.append(model)
            try BatchWriter.tags(tx, run, [KeyValue(key: key, value: JSON.array(list).text())])
        }
    }
}

extension MetricPoint {
    /// A point as a request has it.
    init(_ fields: Fields) throws {
        self.init(
            key: try fields.text("key") ?? "",
            value: try fields.double("value") ?? 0,
            timestamp: Timestamp(milliseconds: try fields.int("timestamp") ?? 0),
            step: try fields.int("step") ?? 0,
            modelID: try fields.text("model_id"),
            datasetName: try fields.text("dataset_name"),
            datasetDigest: try fields.text("dataset_digest")
        )
    }
}
