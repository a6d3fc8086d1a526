public import Basics
public import Storage

/// What pipelines need of the tracking room: one run a pipeline run, a child run a step's attempt.
public protocol RunTracker: Sendable {
    /// Begins a run.
    ///
    /// - Parameters:
    ///   - experiment: The experiment's name; made if it is not there.
    ///   - name: The run's name.
    ///   - tags: Its tags; `mlflow.parentRunId` makes it a child.
    ///   - start: When it began.
    ///   - actor: Who began it.
    /// - Returns: Its id.
    func createRun(experiment: String, name: String, tags: [String: String], start: Timestamp, actor: String)
        async throws
        -> String
    /// Logs params and metrics of a run.
    func log(run: String, params: [String: String], metrics: [String: Double], at time: Timestamp) async throws
    /// Ends a run; one that is over stays as it is.
    func finish(run: String, as status: TrackedStatus, at time: Timestamp) async throws
    /// Stores a folder as artifacts of a run.
    ///
    /// - Returns: The location, as a registry's `source` names it.
    func store(_ tree: FileTree, run: String, path: String) async throws -> String
}

/// How a tracked run ended.
public enum TrackedStatus: String, Sendable, Hashable {
    /// Well.
    case finished = "FINISHED"
    /// Not well.
    case failed = "FAILED"
    /// It was cancelled.
    case killed = "KILLED"
}
