public import Basics
public import Storage
public import Tracking

/// The tracking room as pipelines see it.
extension Tracking: RunTracker {
    /// Begins a run.
    public func createRun(
        experiment: String,
        name: String,
        tags: [String: String],
        start: Timestamp,
        actor: String
    ) async throws -> String {
        let experiment = try await self.experiment(named: experiment, create: true)
        return try await createRun(
            experimentID: experiment.id,
            name: name,
            tags: tags,
            startTime: start,
            actor: actor
        ).id
    }

    /// Logs params and metrics of a run.
    public func log(run: String, params: [String: String], metrics: [String: Double], at time: Timestamp) async throws {
        let points = metrics.sorted { $0.key < $1.key }.map {
            MetricPoint(key: $0.key, value: $0.value, timestamp: time)
        }
        try await logBatch(run: run, metrics: points, params: params)
    }

    /// Ends a run; a client may have ended it before, and then only another status changes it.
    public func finish(run: String, as status: TrackedStatus, at time: Timestamp) async throws {
        let wanted: RunStatus =
            switch status {
            case .finished: .finished
            case .failed: .failed
            case .killed: .killed
            }
        let known = try await self.run(run)
        guard known.info.status != wanted else { return }
        try await finishRun(run, status: wanted, endTime: time)
    }

    /// Stores a folder as artifacts of a run.
    public func store(_ tree: FileTree, run: String, path: String) async throws -> String {
        try await putArtifacts(tree, run: run, path: path)
    }
}
