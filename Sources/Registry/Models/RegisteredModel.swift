public import Basics
public import Tracking

/// A registered model: a name under which versions are kept.
public struct RegisteredModel: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// What it is.
    public let description: String
    /// When it was made.
    public let created: Timestamp
    /// When it was last changed.
    public let updated: Timestamp
    /// Its tags, by key.
    public var tags: [KeyValue]
    /// Its aliases and the versions that they point to, by alias.
    public var aliases: [ModelAlias]
    /// The newest version of each stage.
    public var latest: [ModelVersion]
}

/// An alias of a registered model.
public struct ModelAlias: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// The version that it points to.
    public let version: Int
}

extension RegisteredModel {
    /// As the protocol writes it.
    var json: JSON {
        var json: JSON = [
            "name": .string(name), "creation_timestamp": .int(created.milliseconds),
            "last_updated_timestamp": .int(updated.milliseconds), "description": .string(description),
        ]
        if !latest.isEmpty { json["latest_versions"] = .array(latest.map(\.json)) }
        if !tags.isEmpty { json["tags"] = tags.json }
        if !aliases.isEmpty {
            json["aliases"] = .array(
                aliases.map { ["alias": .string($0.name), "version": .string(String($0.version))] }
            )
        }
        return json
    }
}
