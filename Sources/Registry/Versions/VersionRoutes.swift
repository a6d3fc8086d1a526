import Basics
import Storage
import Tracking
import Web

/// The handlers of versions: read the request, call the room, write the answer.
struct VersionRoutes: Sendable {
    let registry: Registry

    func create(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let new = NewVersion(
            name: try fields.required("name"),
            source: try fields.required("source"),
            runID: try fields.text("run_id").flatMap { $0.isEmpty ? nil : $0 },
            runLink: try fields.text("run_link"),
            modelID: try fields.text("model_id").flatMap { $0.isEmpty ? nil : $0 },
            description: try fields.text("description"),
            tags: try fields.pairs("tags")
        )
        return try await answer { registry, tx in
            try registry.createVersion(tx, new, strict: true, actor: request.actor)
        }
    }

    func get(_ request: WebRequest) async throws -> WebResponse {
        let (name, version) = try await Self.place(Fields(request))
        let found = try await registry.database.read { tx in try VersionTable.get(tx, name, version) }
        return .json(["model_version": found.json])
    }

    func update(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, version) = try Self.place(fields)
        let description = try fields.text("description") ?? ""
        return try await answer { registry, tx in
            try registry.updateVersion(tx, name, version, description: description)
        }
    }

    func transition(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, version) = try Self.place(fields)
        let stages = try ModelStage.list([try fields.required("stage")])
        let archive = try fields.bool("archive_existing_versions")
        return try await answer { registry, tx in
            try registry.transition(
                tx,
                name,
                version,
                to: stages.first ?? .none,
                archive: archive,
                actor: request.actor
            )
        }
    }

    func delete(_ request: WebRequest) async throws -> WebResponse {
        let (name, version) = try await Self.place(Fields(request))
        try await registry.database.write { [registry] tx in
            try registry.deleteVersion(tx, name, version, actor: request.actor)
        }
        return .json([:])
    }

    func search(_ request: WebRequest) async throws -> WebResponse {
        let search = try RegistrySearch(try await Fields(request), default: 10_000, upTo: 200_000)
        let (versions, next) = try await registry.database.read { tx in try search.versions(tx) }
        return .json(.page("model_versions", versions.map(\.json), next))
    }

    func downloadURI(_ request: WebRequest) async throws -> WebResponse {
        let (name, version) = try await Self.place(Fields(request))
        let found = try await registry.database.read { tx in try VersionTable.get(tx, name, version) }
        return .json(["artifact_uri": .string(found.location)])
    }

    func setTag(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, version) = try Self.place(fields)
        let tag = KeyValue(key: try fields.required("key"), value: try fields.text("value") ?? "")
        try await registry.database.write { [registry] tx in try registry.setTag(tx, name, version, tag) }
        return .json([:])
    }

    func deleteTag(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, version) = try Self.place(fields)
        let key = try fields.required("key")
        try await registry.database.write { [registry] tx in try registry.deleteTag(tx, name, version, key: key) }
        return .json([:])
    }

    /// `/model-versions/get-artifact`.
    func download(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, version) = try Self.place(fields)
        let path = try fields.required("path")
        let found = try await registry.database.read { tx in try VersionTable.get(tx, name, version) }
        return try await registry.tracking.download(found.location, path, request)
    }

    private static func place(_ fields: Fields) throws -> (name: String, version: Int64) {
        (try fields.required("name"), try VersionTable.number(fields.version()))
    }

    private func answer(_ body: @escaping @Sendable (Registry, Transaction) throws -> ModelVersion) async throws
        -> WebResponse
    {
        let version = try await registry.database.write { [registry] tx in try body(registry, tx) }
        return .json(["model_version": version.json])
    }
}
