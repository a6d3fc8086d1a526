import Basics

/// A dataset that a run used, as MLflow's client tells of it.
public struct DatasetInput: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its digest, as the client computes it.
    public let digest: String
    /// What kind of source it has.
    public let sourceType: String
    /// The source, as JSON text.
    public let source: String
    /// The columns, as JSON text.
    public let schema: String?
    /// The profile, as JSON text.
    public let profile: String?
    /// Tags of this use, such as its context.
    public var tags: [KeyValue]
}

extension DatasetInput {
    init(_ fields: Fields) throws {
        guard let dataset = fields["dataset"] else { throw MartletError(.invalidArgument, "Dataset cannot be None") }
        let values = Fields(dataset)
        name = try Self.checked(values, "name", limit: 500)
        digest = try Self.checked(values, "digest", limit: 36)
        sourceType = try values.text("source_type") ?? ""
        source = try Self.checked(values, "source", limit: 65_535, required: false)
        schema = try values.text("schema")
        profile = try values.text("profile")
        tags = try fields.pairs("tags")
        if let schema { try Names.checkLength(schema, "schema", 1_048_575) }
        if let profile { try Names.checkLength(profile, "profile", 16_777_215) }
        for tag in tags {
            try Names.checkLength(tag.key, "key", 255)
            try Names.checkLength(tag.value, "value", 500)
        }
    }

    private static func checked(_ fields: Fields, _ name: String, limit: Int, required: Bool = true) throws -> String {
        let text = try fields.text(name) ?? ""
        if required, text.isEmpty { throw MartletError(.invalidArgument, "Dataset \(name) cannot be None") }
        try Names.checkLength(text, name, limit)
        return text
    }

    /// As the protocol writes it.
    var json: JSON {
        var dataset: JSON = [
            "name": .string(name), "digest": .string(digest), "source_type": .string(sourceType),
            "source": .string(source),
        ]
        if let schema { dataset["schema"] = .string(schema) }
        if let profile { dataset["profile"] = .string(profile) }
        var json: JSON = [:]
        if !tags.isEmpty { json["tags"] = tags.json }
        json["dataset"] = dataset
        return json
    }
}
