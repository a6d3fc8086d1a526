public import Basics

/// Whether an experiment, a run or a logged model is in use or deleted.
public enum LifecycleStage: String, Sendable, Hashable {
    /// In use.
    case active
    /// Deleted; it can be restored.
    case deleted
}

/// A named set of runs.
public struct Experiment: Sendable, Hashable {
    /// Its number as text; the experiment `Default` is `0`.
    public let id: String
    /// Its name, unique among all experiments, deleted ones included.
    public var name: String
    /// Where the artifacts of its runs go.
    public let artifactLocation: String
    /// Whether it is deleted.
    public var lifecycle: LifecycleStage
    /// When it was made.
    public let created: Timestamp
    /// When it was last changed.
    public var updated: Timestamp
    /// Its tags, keys sorted.
    public var tags: [KeyValue]
}

extension Experiment {
    /// As the protocol writes it.
    var json: JSON {
        var json: JSON = [
            "experiment_id": .string(id), "name": .string(name), "artifact_location": .string(artifactLocation),
            "lifecycle_stage": .string(lifecycle.rawValue), "last_update_time": .int(updated.milliseconds),
            "creation_time": .int(created.milliseconds),
        ]
        if !tags.isEmpty { json["tags"] = tags.json }
        return json
    }
}
