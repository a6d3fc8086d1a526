public import Basics

/// How a run stands.
public enum RunStatus: String, Sendable, Hashable, CaseIterable {
    /// It runs.
    case running = "RUNNING"
    /// It waits for its turn.
    case scheduled = "SCHEDULED"
    /// It ended well.
    case finished = "FINISHED"
    /// It ended badly.
    case failed = "FAILED"
    /// It was ended by someone.
    case killed = "KILLED"

    /// Whether it has ended.
    public var isTerminal: Bool {
        switch self {
        case .running, .scheduled: false
        case .finished, .failed, .killed: true
        }
    }
}

/// What a run is: everything about it but what it logged.
public struct RunInfo: Sendable, Hashable {
    /// 32 hexadecimal digits.
    public let id: String
    /// Its experiment.
    public let experimentID: String
    /// Its name; not unique.
    public let name: String
    /// Who started it, as the client says.
    public let userID: String
    /// How it stands.
    public let status: RunStatus
    /// When it began.
    public let startTime: Timestamp
    /// When it ended.
    public let endTime: Timestamp?
    /// Where its artifacts are.
    public let artifactURI: String
    /// Whether it is deleted.
    public let lifecycle: LifecycleStage
    /// Its number inside the room.
    let number: Int64
}

/// A run with what it logged.
public struct Run: Sendable, Hashable {
    /// What it is.
    public let info: RunInfo
    /// The latest point of each metric, by key.
    public var metrics: [MetricPoint] = []
    /// Its params, by key.
    public var params: [KeyValue] = []
    /// Its tags, by key.
    public var tags: [KeyValue] = []
    /// The datasets that it used.
    public var datasets: [DatasetInput] = []
    /// The logged models that it used and made.
    public var models = RunModels()

    /// Its id.
    public var id: String { info.id }

    init(info: RunInfo) { self.info = info }
}

extension RunInfo {
    /// As the protocol writes it.
    var json: JSON {
        var json: JSON = [
            "run_id": .string(id), "run_uuid": .string(id), "run_name": .string(name),
            "experiment_id": .string(experimentID),
            "user_id": .string(userID), "status": .string(status.rawValue), "start_time": .int(startTime.milliseconds),
        ]
        if let endTime { json["end_time"] = .int(endTime.milliseconds) }
        json["artifact_uri"] = .string(artifactURI)
        json["lifecycle_stage"] = .string(lifecycle.rawValue)
        return json
    }
}

extension Run {
    /// As the protocol writes it.
    var json: JSON {
        var data: JSON = [:]
        if !metrics.isEmpty { data["metrics"] = .array(metrics.map(\.json)) }
        if !params.isEmpty { data["params"] = params.json }
        if !tags.isEmpty { data["tags"] = tags.json }
        var inputs: JSON = [:]
        if !datasets.isEmpty { inputs["dataset_inputs"] = .array(datasets.map(\.json)) }
        if !models.inputs.isEmpty {
            inputs["model_inputs"] = .array(models.inputs.map { ["model_id": .string($0)] })
        }
        var outputs: JSON = [:]
        if !models.outputs.isEmpty {
            outputs["model_outputs"] = .array(
                models.outputs.map { ["model_id": .string($0.model), "step": .int($0.step)] }
            )
        }
        return ["info": info.json, "data": data, "inputs": inputs, "outputs": outputs]
    }
}
