public import Basics
public import Tracking

/// The stage of a version: older than aliases, and kept because clients still ask for it.
public enum ModelStage: String, Sendable, Hashable, CaseIterable {
    /// No stage.
    case none = "None"
    /// To be tried.
    case staging = "Staging"
    /// In use.
    case production = "Production"
    /// No longer in use.
    case archived = "Archived"
}

/// A version of a registered model.
public struct ModelVersion: Sendable, Hashable {
    /// The registered model's name.
    public let name: String
    /// Its number, from 1.
    public let version: Int
    /// What it is.
    public let description: String
    /// Where the model was taken from, as the caller named it.
    public let source: String
    /// Where the model's files are, in the artifact store.
    public let location: String
    /// The run that made it; `nil` where it is not known.
    public let runID: String?
    /// A link to that run, as the caller gave it.
    public let runLink: String?
    /// The logged model that it is; `nil` where it is none.
    public let modelID: String?
    /// Who made it, as the caller says.
    public let userID: String?
    /// Its stage.
    public let stage: ModelStage
    /// When it was made.
    public let created: Timestamp
    /// When it was last changed.
    public let updated: Timestamp
    /// Its tags, by key.
    public var tags: [KeyValue] = []
    /// The aliases that point to it, sorted.
    public var aliases: [String] = []

    /// Its address in the event log and the lineage: `model:NAME/VERSION`.
    public var address: String { "model:\(name)/\(version)" }
}

extension ModelVersion {
    /// As the protocol writes it.
    var json: JSON {
        var json: JSON = [
            "name": .string(name), "version": .string(String(version)),
            "creation_timestamp": .int(created.milliseconds),
            "last_updated_timestamp": .int(updated.milliseconds), "current_stage": .string(stage.rawValue),
            "description": .string(description), "source": .string(source), "run_id": .string(runID ?? ""),
            "status": "READY", "run_link": .string(runLink ?? ""),
        ]
        if let userID { json["user_id"] = .string(userID) }
        if let modelID { json["model_id"] = .string(modelID) }
        if !tags.isEmpty { json["tags"] = tags.json }
        if !aliases.isEmpty { json["aliases"] = JSON(aliases) }
        return json
    }
}
