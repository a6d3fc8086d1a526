import Basics
import Storage
import Web

/// The handlers that read metric histories.
extension RunRoutes {
    private static let bulkRuns = 100
    private static let bulkPoints = 25_000
    private static let intervalPoints = 2500

    func history(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let history = MetricHistory(run: try fields.runID(), key: try fields.required("metric_key"))
        guard fields["max_results"] != nil else {
            return .stream(try await HistoryBody(history, tracking.database), type: "application/json")
        }
        let limit = min(Self.bulkPoints, try fields.limit(default: Self.bulkPoints, upTo: .max))
        let token = try fields.text("page_token")
        let (metrics, next) = try await tracking.database.read { tx in
            try history.points(tx, limit: limit, token: token)
        }
        return .json(.page("metrics", metrics.map(\.json), next))
    }

    func historyBulk(_ request: WebRequest) async throws -> WebResponse {
        let runs = request.queries("run_id")
        guard !runs.isEmpty else {
            throw MartletError(.invalidArgument, "GetMetricHistoryBulk request must specify at least one run_id.")
        }
        guard runs.count <= Self.bulkRuns else {
            throw MartletError(
                .invalidArgument,
                "GetMetricHistoryBulk request cannot specify more than \(Self.bulkRuns) run_ids. Received \(runs.count) run_ids."
            )
        }
        guard let key = request.query("metric_key") else {
            throw MartletError(.invalidArgument, "GetMetricHistoryBulk request must specify a metric_key.")
        }
        let limit = min(Self.bulkPoints, try request.queryInt("max_results", default: Self.bulkPoints, in: 1...Int.max))
        let points = try await tracking.database.read { tx in
            var points: [JSON] = []
            for run in runs.sorted() where points.count < limit {
                let (metrics, _) = try MetricHistory(run: run, key: key).points(
                    tx,
                    limit: limit - points.count,
                    token: nil
                )
                points += metrics.map { $0.json(run: run) }
            }
            return points
        }
        return .json(["metrics": .array(points)])
    }

    func historyInterval(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let (runs, key) = (try fields.texts("run_ids"), try fields.required("metric_key"))
        guard !runs.isEmpty else { throw ProtocolError.missing("run_ids") }
        guard runs.count <= Self.bulkRuns else {
            throw MartletError(
                .invalidArgument,
                "GetMetricHistoryBulkInterval request must specify at most \(Self.bulkRuns) run_ids. Received \(runs.count) run_ids. See the API docs for more information about request parameters."
            )
        }
        let limit = try fields.limit(default: Self.intervalPoints, upTo: Self.intervalPoints)
        let (start, end) = (try fields.int("start_step"), try fields.int("end_step"))
        guard (start == nil) == (end == nil) else {
            throw MartletError(
                .invalidArgument,
                "If either start step or end step are specified, both must be specified."
            )
        }
        if let start, let end, start > end {
            throw MartletError(
                .invalidArgument,
                "end_step must be greater than start_step. Found start_step=\(start) and end_step=\(end)."
            )
        }
        let points = try await tracking.database.read { tx in
            let histories = runs.map { MetricHistory(run: $0, key: key) }
            var steps: Set<Int64> = []
            for history in histories {
                steps.formUnion(try history.sampledSteps(tx, from: start, to: end, limit: max(2, limit / runs.count)))
            }
            return try histories.flatMap { history in
                try history.points(tx, at: steps).map { $0.json(run: history.run) }
            }
        }
        return .json(.page("metrics", points, nil))
    }
}

extension MetricPoint {
    fileprivate func json(run: String) -> JSON {
        var json = self.json
        json["run_id"] = .string(run)
        return json
    }
}
