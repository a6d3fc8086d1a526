import Basics
import Storage
import Web

/// The handlers of experiments: read the request, call the room, write the answer.
struct ExperimentRoutes: Sendable {
    let tracking: Tracking

    func create(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (name, location) = (try fields.required("name"), try fields.text("artifact_location"))
        let tags = try fields.pairs("tags")
        let experiment = try await tracking.database.write { [tracking] tx in
            try tracking.createExperiment(
                tx,
                name: name,
                artifactLocation: location.flatMap { $0.isEmpty ? nil : $0 },
                tags: tags,
                actor: request.actor
            )
        }
        return .json(["experiment_id": .string(experiment.id)])
    }

    func get(_ request: WebRequest) async throws -> WebResponse {
        let id = try await Fields(request).required("experiment_id")
        let experiment = try await tracking.database.read { tx in try ExperimentTable.get(tx, id) }
        return .json(["experiment": experiment.json])
    }

    func getByName(_ request: WebRequest) async throws -> WebResponse {
        let name = try await Fields(request).required("experiment_name")
        let experiment = try await tracking.database.read { tx in try ExperimentTable.find(tx, name: name) }
        guard let experiment else { throw MartletError(.notFound, "Could not find experiment with name '\(name)'") }
        return .json(["experiment": experiment.json])
    }

    func search(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let search = ExperimentSearch(
            filter: try fields.text("filter") ?? "",
            view: try ViewType(field: fields["view_type"]),
            order: try fields.texts("order_by"),
            limit: try fields.limit(default: 1000, upTo: 50_000),
            token: try fields.text("page_token")
        )
        let (experiments, next) = try await tracking.database.read { tx in try search.run(tx) }
        return .json(.page("experiments", experiments.map(\.json), next))
    }

    func update(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (id, name) = (try fields.required("experiment_id"), try fields.required("new_name"))
        try await tracking.database.write { [tracking] tx in try tracking.renameExperiment(tx, id, to: name) }
        return .json([:])
    }

    func delete(_ request: WebRequest) async throws -> WebResponse { try await set(.deleted, request) }

    func restore(_ request: WebRequest) async throws -> WebResponse { try await set(.active, request) }

    func setTag(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let id = try fields.required("experiment_id")
        let tag = KeyValue(key: try fields.required("key"), value: try fields.text("value") ?? "")
        try await tracking.database.write { [tracking] tx in try tracking.setTag(tx, experiment: id, tag) }
        return .json([:])
    }

    func deleteTag(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (id, key) = (try fields.required("experiment_id"), try fields.required("key"))
        try await tracking.database.write { [tracking] tx in try tracking.deleteTag(tx, experiment: id, key: key) }
        return .json([:])
    }

    func datasets(_ request: WebRequest) async throws -> WebResponse {
        let ids = try await Fields(request).texts("experiment_ids")
        guard ids.count <= 20 else {
            throw MartletError(
                .invalidArgument,
                "SearchDatasets request cannot specify more than 20 experiment_ids. Received \(ids.count) experiment_ids."
            )
        }
        return .json(
            try await tracking.database.read { [tracking] tx in try tracking.datasetSummaries(tx, experiments: ids) }
        )
    }

    private func set(_ stage: LifecycleStage, _ request: WebRequest) async throws -> WebResponse {
        let id = try await Fields(request).required("experiment_id")
        try await tracking.database.write { [tracking] tx in
            try tracking.setLifecycle(tx, experiment: id, stage, actor: request.actor)
        }
        return .json([:])
    }
}
