import Basics
import Pipelines
import Storage
import Tracking

/// Tracking, as pipelines see it: a run a pipeline run, a child run an attempt.
struct TrackingAdapter: RunTracker {
    let tracking: Tracking

    func createRun(experiment: String, name: String, tags: [String: String], start: Timestamp, actor: String)
        async throws
        -> String
    {
        let experiment = try await tracking.experiment(named: experiment, create: true)
        return try await tracking.createRun(
            experimentID: experiment.id,
            name: name,
            tags: tags,
            startTime: start,
            actor: actor
        ).id
    }

    func log(run: String, params: [String: String], metrics: [String: Double], at time: Timestamp) async throws {
        try await tracking.logBatch(
            run: run,
            metrics: metrics.sorted { $0.key < $1.key }.map { MetricPoint(key: $0.key, value: $0.value, timestamp: time) },
            params: params
        )
    }

    func finish(run: String, as status: TrackedStatus, at time: Timestamp) async throws {
        // A training script that uses plain `mlflow` may have ended its run by itself; its word stands.
        guard try await !tracking.run(run).info.status.isTerminal else { return }
        let status: RunStatus =
            switch status {
            case .finished: .finished
            case .failed: .failed
            case .killed: .killed
            }
        try await tracking.finishRun(run, status: status, endTime: time)
    }

    func store(_ tree: FileTree, run: String, path: String) async throws -> String {
        try await tracking.addArtifacts(tree, run: run, path: path)
    }
}
