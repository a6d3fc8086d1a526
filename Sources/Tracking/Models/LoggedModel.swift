public import Basics

/// How far the upload of a logged model is.
public enum LoggedModelStatus: String, Sendable, Hashable, CaseIterable {
    /// Not said.
    case unspecified = "LOGGED_MODEL_STATUS_UNSPECIFIED"
    /// Its files are being uploaded.
    case pending = "LOGGED_MODEL_PENDING"
    /// All its files are there.
    case ready = "LOGGED_MODEL_READY"
    /// The upload failed.
    case failed = "LOGGED_MODEL_UPLOAD_FAILED"
}

/// A model that a client logged: MLflow 3 keeps models beside runs, not in them.
public struct LoggedModel: Sendable, Hashable {
    /// `m-` and 32 hexadecimal digits.
    public let id: String
    /// Its experiment.
    public let experimentID: String
    /// Its name; not unique.
    public let name: String
    /// Where its files are.
    public let artifactLocation: String
    /// How far its upload is.
    public let status: LoggedModelStatus
    /// Why it is so.
    public let statusMessage: String?
    /// What kind of model it is, as the client says.
    public let modelType: String
    /// The run that made it; empty for none.
    public let sourceRunID: String
    /// When it was made.
    public let created: Timestamp
    /// When it was last changed.
    public let updated: Timestamp
    /// Its params, by key.
    public var params: [KeyValue] = []
    /// Its tags, by key.
    public var tags: [KeyValue] = []
    /// The points that tell of it.
    public var metrics: [LoggedModelMetric] = []
}

/// A point that tells of a logged model, and the run that logged it.
public struct LoggedModelMetric: Sendable, Hashable {
    /// The point.
    public let metric: MetricPoint
    /// The run.
    public let run: String
}

extension LoggedModel {
    /// As the protocol writes it.
    var json: JSON {
        var info: JSON = [
            "model_id": .string(id), "experiment_id": .string(experimentID), "name": .string(name),
            "creation_timestamp_ms": .int(created.milliseconds),
            "last_updated_timestamp_ms": .int(updated.milliseconds),
            "artifact_uri": .string(artifactLocation), "status": .string(status.rawValue),
            "model_type": .string(modelType),
            "source_run_id": .string(sourceRunID),
        ]
        if let statusMessage { info["status_message"] = .string(statusMessage) }
        if !tags.isEmpty { info["tags"] = tags.json }
        var data: JSON = [:]
        if !params.isEmpty { data["params"] = params.json }
        if !metrics.isEmpty {
            data["metrics"] = .array(
                metrics.map { point in
                    var json = point.metric.json
                    json["run_id"] = .string(point.run)
                    return json
                }
            )
        }
        return ["info": info, "data": data]
    }
}
