import Basics
import Storage
public import Web

extension Monitoring {
    /// The room's part of the API.
    public func routes() -> [RouteGroup] {
        [
            RouteGroup(
                "monitoring",
                envelope: .problem,
                [
                    Route(
                        .get,
                        "/api/v1/monitoring/{deployment}",
                        .reader,
                        "A deployment's windows with drift, quality and latency",
                        handler: windows
                    ),
                    Route(.get, "/api/v1/alerts", .reader, "Alerts, newest first", handler: alerts),
                    Route(.post, "/api/v1/actuals", .writer, "Take what came true for predictions", handler: actuals),
                    Route(.get, "/api/v1/predictions/{id}", .reader, "A logged prediction", handler: prediction),
                    Route(
                        .get,
                        "/api/v1/predictions",
                        .reader,
                        "Predictions with a correlation key",
                        handler: predictions
                    ),
                ]
            )
        ]
    }

    private func windows(_ request: WebRequest) async throws -> WebResponse {
        let deployment = try request.parameter("deployment")
        let (from, to) = (try request.queryTime("from"), try request.queryTime("to"))
        let limit = try request.queryInt("limit", default: 200, in: 1...MonitoringReport.windowLimit)
        let report = MonitoringReport(cache: cache)
        return .json(
            try await database.read { tx in try report.read(tx, deployment, from: from, to: to, limit: limit) }
        )
    }

    private func alerts(_ request: WebRequest) async throws -> WebResponse {
        let state = request.query("state") ?? "open"
        guard state == "open" || state == "all" else {
            throw MartletError(
                .invalidArgument,
                "the query's 'state' is '\(state.prefix(40))'",
                hint: "open or all"
            )
        }
        let found = try await alerts(
            deployment: request.query("deployment"),
            openOnly: state == "open",
            limit: try request.queryInt("limit", default: 100, in: 1...1000)
        )
        return .json(["items": .array(found.map(\.json))])
    }

    private func actuals(_ request: WebRequest) async throws -> WebResponse {
        let body = try await request.json(limit: 8 << 20)
        let known = ["deployment", "items", "replace"]
        guard let object = body.object, let items = object["items"]?.array else {
            throw MartletError(.invalidArgument, "the body has no 'items'", hint: "{\"deployment\": …, \"items\": […]}")
        }
        if let stranger = object.keys.first(where: { !known.contains($0) }) {
            throw MartletError(
                .invalidArgument,
                "the body has an unknown field '\(stranger.prefix(60))'",
                hint: Suggestion.hint(for: stranger, among: known)
            )
        }
        guard items.count <= Self.actualsLimit else {
            throw MartletError(
                .tooLarge,
                "there are \(items.count) items",
                hint: "send at most \(Self.actualsLimit) at a time"
            )
        }
        let (now, replace) = (world.now(), object["replace"]?.bool ?? false)
        let actuals = try items.enumerated().map { try Actual($1, $0, now: now, replace: replace) }
        let deployment = object["deployment"]?.string
        if deployment == nil, actuals.contains(where: { if case .correlation = $0.target { true } else { false } }) {
            throw MartletError(
                .invalidArgument,
                "the body has no 'deployment'",
                hint: "correlation ids are looked for among a deployment's predictions"
            )
        }
        return .json(try await add(actuals, deployment: deployment).json)
    }

    private func prediction(_ request: WebRequest) async throws -> WebResponse {
        let id = try request.parameter("id")
        guard let record = try await prediction(id) else {
            throw MartletError(
                .notFound,
                "there is no prediction '\(id.prefix(100))'",
                hint: "the id is the header Martlet-Prediction-Id, '-' and the row from 0"
            )
        }
        return .json(record.json)
    }

    private func predictions(_ request: WebRequest) async throws -> WebResponse {
        guard let key = request.query("correlation_id") else {
            throw MartletError(.invalidArgument, "the query has no 'correlation_id'", hint: "?correlation_id=KEY")
        }
        return .json(["items": JSON(try await predictions(correlation: key))])
    }
}

extension WebRequest {
    fileprivate func queryTime(_ key: String) throws -> Timestamp? {
        guard let text = query(key) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            throw MartletError(
                .invalidArgument,
                "the query's '\(key)' is '\(text.prefix(40))'",
                hint: "a time such as 2013-04-01T00:00:00Z"
            )
        }
        return time
    }
}
