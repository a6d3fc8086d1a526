import Basics
import Storage
import Web

/// The handlers of logged models: read the request, call the room, write the answer.
struct LoggedModelRoutes: Sendable {
    let tracking: Tracking

    func create(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let new = NewLoggedModel(
            experimentID: try fields.required("experiment_id"),
            name: try fields.text("name") ?? "",
            modelType: try fields.text("model_type") ?? "",
            sourceRunID: try fields.text("source_run_id") ?? "",
            params: try fields.pairs("params"),
            tags: try fields.pairs("tags")
        )
        let model = try await tracking.database.write { [tracking] tx in
            try tracking.createLoggedModel(tx, new, actor: request.actor)
        }
        return .json(["model": model.json])
    }

    func get(_ request: WebRequest) async throws -> WebResponse {
        let id = try request.parameter("model_id")
        let model = try await tracking.database.read { tx in try LoggedModelTable.get(tx, id) }
        return .json(["model": model.json])
    }

    func finalize(_ request: WebRequest) async throws -> WebResponse {
        let id = try request.parameter("model_id")
        guard let field = try await Fields(request)["status"] else { throw ProtocolError.missing("status") }
        let status = try LoggedModelStatus(field: field)
        let model = try await tracking.database.write { [tracking] tx in
            try tracking.finalize(tx, model: id, status)
        }
        return .json(["model": model.json])
    }

    func delete(_ request: WebRequest) async throws -> WebResponse {
        let id = try request.parameter("model_id")
        try await tracking.database.write { [tracking] tx in
            try tracking.delete(tx, model: id, actor: request.actor)
        }
        return .json([:])
    }

    func setTags(_ request: WebRequest) async throws -> WebResponse {
        let id = try request.parameter("model_id")
        let tags = try await Fields(request).pairs("tags")
        let model = try await tracking.database.write { [tracking] tx in
            _ = try LoggedModelTable.get(tx, id)
            try tracking.setTags(tx, model: id, tags)
            return try LoggedModelTable.get(tx, id)
        }
        return .json(["model": model.json])
    }

    func deleteTag(_ request: WebRequest) async throws -> WebResponse {
        let (id, key) = (try request.parameter("model_id"), try request.parameter("key"))
        try await tracking.database.write { [tracking] tx in try tracking.deleteTag(tx, model: id, key: key) }
        return .json([:])
    }

    func addParams(_ request: WebRequest) async throws -> WebResponse {
        let id = try request.parameter("model_id")
        let params = try await Fields(request).pairs("params")
        try await tracking.database.write { [tracking] tx in
            _ = try LoggedModelTable.get(tx, id)
            try tracking.addParams(tx, model: id, params)
        }
        return .json([:])
    }

    func search(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let search = LoggedModelSearch(
            experiments: try fields.texts("experiment_ids"),
            filter: try fields.text("filter") ?? "",
            datasets: try fields.messages("datasets").map { try LoggedModelSearch.Dataset($0) },
            order: try fields.messages("order_by").map { term in
                LoggedModelSearch.Order(
                    field: try term.required("field_name"),
                    ascending: term["ascending"] == nil ? true : try term.bool("ascending"),
                    dataset: term["dataset_name"] == nil ? nil : try LoggedModelSearch.Dataset(term)
                )
            },
            limit: try fields.limit(default: 50, upTo: 10_000),
            token: try fields.text("page_token")
        )
        let (models, next) = try await tracking.database.read { tx in try search.run(tx) }
        return .json(.page("models", models.map(\.json), next))
    }
}

extension LoggedModelSearch.Dataset {
    fileprivate init(_ fields: Fields) throws {
        self.init(name: try fields.required("dataset_name"), digest: try fields.text("dataset_digest"))
    }
}

extension LoggedModelStatus {
    /// A status by name or by protobuf's number.
    fileprivate init(field: JSON) throws {
        if case .int(let number) = field, (0...3).contains(number) {
            self = Self.allCases[Int(number)]
        } else if let status = field.string.flatMap(LoggedModelStatus.init(rawValue:)) {
            self = status
        } else {
            throw ProtocolError.invalid("status", field)
        }
    }
}
