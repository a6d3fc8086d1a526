import Basics
import Storage
import Web

/// The handlers of runs: read the request, call the room, write the answer.
struct RunRoutes: Sendable {
    let tracking: Tracking

    func create(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let new = NewRun(
            experimentID: try fields.text("experiment_id").flatMap { $0.isEmpty ? nil : $0 } ?? "0",
            name: try fields.text("run_name") ?? "",
            userID: try fields.text("user_id") ?? "",
            startTime: try fields.int("start_time").map { Timestamp(milliseconds: $0) } ?? tracking.world.now(),
            tags: try fields.pairs("tags")
        )
        let run = try await tracking.database.write { [tracking] tx in
            try tracking.createRun(tx, new, actor: request.actor)
        }
        return .json(["run": run.json])
    }

    func get(_ request: WebRequest) async throws -> WebResponse {
        let run = try await tracking.run(try await Fields(request).runID())
        return .json(["run": run.json])
    }

    func update(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (id, name) = (try fields.runID(), try fields.text("run_name"))
        let status = try fields["status"].map { try RunStatus(field: $0) }
        let end = try fields.int("end_time").map { Timestamp(milliseconds: $0) }
        let info = try await tracking.database.write { [tracking] tx in
            try tracking.updateRun(tx, id, status: status, endTime: end, name: name, actor: request.actor)
        }
        return .json(["run_info": info.json])
    }

    func delete(_ request: WebRequest) async throws -> WebResponse { try await set(.deleted, request) }

    func restore(_ request: WebRequest) async throws -> WebResponse { try await set(.active, request) }

    func search(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let search = RunSearch(
            experiments: try fields.texts("experiment_ids"),
            filter: try fields.text("filter") ?? "",
            view: try ViewType(field: fields["run_view_type"]),
            order: try fields.texts("order_by"),
            limit: try fields.limit(default: 1000, upTo: 50_000),
            token: try fields.text("page_token")
        )
        let (runs, next) = try await tracking.database.read { tx in try search.run(tx) }
        return .json(.page("runs", runs.map(\.json), next))
    }

    func setTag(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        var tag = KeyValue(key: try fields.required("key"), value: try fields.text("value") ?? "")
        try Names.check(key: tag.key, path: "key")
        tag.value = Names.cut(tag.value, Names.tagLimit)
        try await tracking.logBatch(Batch(run: try fields.runID(), tags: [tag]))
        return .json([:])
    }

    func deleteTag(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (id, key) = (try fields.runID(), try fields.required("key"))
        try await tracking.database.write { [tracking] tx in try tracking.deleteTag(tx, run: id, key: key) }
        return .json([:])
    }

    private func set(_ stage: LifecycleStage, _ request: WebRequest) async throws -> WebResponse {
        let id = try await Fields(request).runID()
        try await tracking.database.write { [tracking] tx in
            try tracking.setLifecycle(tx, run: id, stage, actor: request.actor)
        }
        return .json([:])
    }
}

extension Fields {
    /// The run that a request names: `run_id`, or `run_uuid` as old clients call it.
    func runID() throws -> String { try text("run_id") ?? text("run_uuid") ?? required("run_id") }
}

extension RunStatus {
    /// A status by name or by protobuf's number.
    init(field: JSON) throws {
        if case .int(let number) = field, (1...5).contains(number) {
            self = Self.allCases[Int(number) - 1]
        } else if let status = field.string.flatMap(RunStatus.init(rawValue:)) {
            self = status
        } else {
            throw ProtocolError.invalid(
                "status",
                field,
                "one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
    }
}
