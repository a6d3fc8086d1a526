import Basics
import Storage
public import Web

extension Pipelines {
    /// The pipelines' part of the API.
    public func routes() -> [RouteGroup] {
        let runs = "/api/v1/pipeline-runs"
        return [
            RouteGroup(
                "pipelines",
                envelope: .problem,
                [
                    Route(
                        .put,
                        "/api/v1/code/{digest}",
                        .writer,
                        "Upload a project's folder as a tar archive",
                        handler: putCode
                    ),
                    Route(.get, "/api/v1/pipelines", .reader, "All pipelines", handler: listPipelines),
                    Route(.get, "/api/v1/pipelines/{project}/{name}", .reader, "A pipeline", handler: onePipeline),
                    Route(.post, "/api/v1/pipelines/{project}/{name}/runs", .writer, "Start a run", handler: startRun),
                    Route(.get, runs, .reader, "Runs, newest first", handler: listRuns),
                    Route(.get, "\(runs)/{id}", .reader, "A run with its steps", handler: oneRun),
                    Route(.post, "\(runs)/{id}/cancel", .writer, "End a run", handler: cancelRun),
                    Route(
                        .get,
                        "\(runs)/{id}/steps/{step}/log",
                        .reader,
                        "A step's log, live with follow",
                        handler: stepLog
                    ),
                ]
            )
        ]
    }

    private func putCode(_ request: WebRequest) async throws -> WebResponse {
        .json(try await uploadCode(request.parameter("digest"), request.body), status: .created)
    }

    private func listPipelines(_ request: WebRequest) async throws -> WebResponse {
        .json(["items": .array(try await declared(project: request.query("project")).map(\.json))])
    }

    private func onePipeline(_ request: WebRequest) async throws -> WebResponse {
        .json(try await declared(project: request.parameter("project"), name: request.parameter("name")).json)
    }

    private func startRun(_ request: WebRequest) async throws -> WebResponse {
        let body = try await request.json(limit: 1 << 20)
        guard body.object != nil else {
            throw MartletError(.invalidArgument, "the body is \(body.kind)", hint: "{\"params\": {…}}, or nothing")
        }
        let known = ["params", "event_time", "key", "datasets"]
        for key in body.object?.keys ?? [] where !known.contains(key) {
            throw MartletError(
                .invalidArgument,
                "'\(key.prefix(60))' is not known",
                hint: Suggestion.hint(for: key, among: known)
            )
        }
        var eventTime: Timestamp?
        if let text = body["event_time"], !text.isNull {
            guard let time = text.string.flatMap(Timestamp.init(iso8601:)) else {
                throw MartletError(
                    .invalidArgument,
                    "'event_time' is \(text.kind)",
                    hint: "such as 2013-05-01T00:00:00Z"
                )
            }
            eventTime = time
        }
        var datasets: [String: Int] = [:]
        for (name, version) in body["datasets"]?.object ?? JSONObject() {
            guard let version = version.int, version > 0 else {
                throw MartletError(
                    .invalidArgument,
                    "the version of the dataset '\(name.prefix(60))' is no whole number"
                )
            }
            datasets[name] = Int(version)
        }
        let run = try await start(
            pipeline: request.parameter("name"),
            project: request.parameter("project"),
            reason: .manual,
            params: body["params"]?.object ?? JSONObject(),
            datasets: datasets,
            eventTime: eventTime,
            deduplicationKey: body["key"]?.string,
            actor: request.actor
        )
        return .json(run.json, status: .created)
    }

    private func listRuns(_ request: WebRequest) async throws -> WebResponse {
        let limit = try request.queryInt("limit", default: 50, in: 1...500)
        let isActive: Bool?
        switch request.query("state") {
        case nil, "all": isActive = nil
        case "active": isActive = true
        case "finished": isActive = false
        case let other?:
            throw MartletError(
                .invalidArgument,
                "the query's 'state' is '\(other.prefix(40))'",
                hint: "active, finished or all"
            )
        }
        let found = try await runs(
            project: request.query("project"),
            pipeline: request.query("pipeline"),
            isActive: isActive,
            before: request.query("page_token"),
            limit: limit
        )
        return .json([
            "items": .array(found.map(\.json)), "next": JSON(found.count == limit ? found.last?.id : nil),
        ])
    }

    private func oneRun(_ request: WebRequest) async throws -> WebResponse {
        .json(try await run(request.parameter("id")).json)
    }

    private func cancelRun(_ request: WebRequest) async throws -> WebResponse {
        .json(try await cancel(request.parameter("id"), actor: request.actor).json)
    }

    private func stepLog(_ request: WebRequest) async throws -> WebResponse {
        let (id, step) = (try request.parameter("id"), try request.parameter("step"))
        let offset = Int64(try request.queryInt("offset", default: 0, in: 0...Int.max))
        let attempt = try request.queryInt("attempt", default: 0, in: 0...10_000)
        let follow = ["1", "true", "yes"].contains(request.query("follow") ?? "")
        let chosen = attempt == 0 ? nil : attempt
        let first = try await log(of: id, step: step, attempt: chosen, from: offset)
        let pieces = LogPieces(first: first) { [self] next in
            guard follow else { return nil }
            while true {
                let part = try await log(of: id, step: step, attempt: chosen, from: next)
                if !part.bytes.isEmpty || part.isComplete { return part }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        return .stream(pieces, type: "text/plain; charset=utf-8")
    }
}

/// A log as a stream of pieces; without `follow` it ends with the piece that there is.
private struct LogPieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let first: Pipelines.LogPart
    let more: @Sendable (Int64) async throws -> Pipelines.LogPart?

    func makeAsyncIterator() -> Iterator { Iterator(part: first, more: more, isFirst: true) }

    struct Iterator: AsyncIteratorProtocol {
        var part: Pipelines.LogPart
        let more: @Sendable (Int64) async throws -> Pipelines.LogPart?
        var isFirst: Bool

        mutating func next() async throws -> ByteBuffer? {
            if isFirst {
                isFirst = false
                if !part.bytes.isEmpty { return ByteBuffer(bytes: part.bytes) }
            }
            guard !part.isComplete, let next = try await more(part.next), !(next.bytes.isEmpty && next.isComplete)
            else {
                return nil
            }
            part = next
            return ByteBuffer(bytes: next.bytes)
        }
    }
}
