import Basics
import Storage
import Tracking
import Web

/// The handlers of registered models: read the request, call the room, write the answer.
struct ModelRoutes: Sendable {
    let registry: Registry

    func create(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, description) = (try fields.required("name"), try fields.text("description"))
        let tags = try fields.pairs("tags")
        return try await answer { registry, tx in
            try registry.createModel(tx, name: name, description: description, tags: tags, actor: request.actor)
        }
    }

    func get(_ request: WebRequest) async throws -> WebResponse {
        let name = try await Fields(request).required("name")
        let model = try await registry.database.read { tx in try RegisteredModelTable.get(tx, name) }
        return .json(["registered_model": model.json])
    }

    func rename(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, new) = (try fields.required("name"), try fields.required("new_name"))
        return try await answer { registry, tx in try registry.rename(tx, name, to: new, actor: request.actor) }
    }

    func update(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, description) = (try fields.required("name"), try fields.text("description") ?? "")
        return try await answer { registry, tx in try registry.update(tx, name, description: description) }
    }

    func delete(_ request: WebRequest) async throws -> WebResponse {
        let name = try await Fields(request).required("name")
        try await registry.database.write { [registry] tx in try registry.deleteModel(tx, name, actor: request.actor) }
        return .json([:])
    }

    func search(_ request: WebRequest) async throws -> WebResponse {
        let search = try RegistrySearch(try await Fields(request), default: 100, upTo: 1000)
        let (models, next) = try await registry.database.read { tx in try search.models(tx) }
        return .json(.page("registered_models", models.map(\.json), next))
    }

    func latest(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let name = try fields.required("name")
        let asked = try ModelStage.list(try fields.texts("stages"))
        let stages = asked.isEmpty ? ModelStage.allCases : asked
        let versions = try await registry.database.read { tx in
            _ = try RegisteredModelTable.get(tx, name)
            return try VersionTable.latest(tx, name, stages: stages)
        }
        return .json(.page("model_versions", versions.map(\.json), nil))
    }

    func setTag(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let name = try fields.required("name")
        let tag = KeyValue(key: try fields.required("key"), value: try fields.text("value") ?? "")
        try await registry.database.write { [registry] tx in try registry.setTag(tx, model: name, tag) }
        return .json([:])
    }

    func deleteTag(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, key) = (try fields.required("name"), try fields.required("key"))
        try await registry.database.write { [registry] tx in try registry.deleteTag(tx, model: name, key: key) }
        return .json([:])
    }

    func setAlias(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, alias) = (try fields.required("name"), try fields.required("alias"))
        let version = try VersionTable.number(fields.version())
        try await registry.database.write { [registry] tx in
            try registry.setAlias(tx, name, alias, to: version, actor: request.actor)
        }
        return .json([:])
    }

    func deleteAlias(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, alias) = (try fields.required("name"), try fields.required("alias"))
        try await registry.database.write { [registry] tx in
            try registry.removeAlias(tx, name, alias, actor: request.actor)
        }
        return .json([:])
    }

    func byAlias(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, alias) = (try fields.required("name"), try fields.required("alias"))
        let version = try await registry.database.read { [registry] tx in
            _ = try RegisteredModelTable.get(tx, name)
            if alias.lowercased() == "latest" { return try ModelReference.latest(name: name).version(tx) }
            guard let version = try registry.version(tx, name: name, alias: alias) else {
                throw MartletError(.invalidArgument, "Registered model alias \(alias) not found.")
            }
            return version
        }
        return .json(["model_version": version.json])
    }

    private func answer(_ body: @escaping @Sendable (Registry, Transaction) throws -> RegisteredModel) async throws
        -> WebResponse
    {
        let model = try await registry.database.write { [registry] tx in try body(registry, tx) }
        return .json(["registered_model": model.json])
    }
}

extension Fields {
    /// A version's number, which clients send as text and some as a number.
    func version() throws -> String {
        if let number = self["version"]?.int { return String(number) }
        return try required("version")
    }
}

extension RegistrySearch {
    init(_ fields: Fields, default fallback: Int, upTo highest: Int) throws {
        if let asked = try fields.int("max_results"), asked > highest {
            throw MartletError(
                .invalidArgument,
                "Invalid value for request parameter max_results. It must be at most \(highest), but got value \(asked)"
            )
        }
        self.init(
            filter: try fields.text("filter") ?? "",
            order: try fields.texts("order_by"),
            limit: try fields.limit(default: fallback, upTo: highest),
            token: try fields.text("page_token")
        )
    }
}
