import Basics

/// What starts a pipeline by itself.
public struct TriggerSpec: Sendable, Hashable, Codable {
    /// What it waits for.
    public enum Source: Sendable, Hashable, Codable {
        /// A version of a dataset is accepted.
        case dataset(String)
        /// An alert of a deployment fires.
        case alert(String)
        /// The clock reaches a time of a cron line, in UTC.
        case schedule(String)
        /// An event of a kind is appended.
        case event(String)

        /// `dataset:flights`, `schedule:0 3 * * *`, …
        public var text: String {
            switch self {
            case .dataset(let name): "dataset:\(name)"
            case .alert(let name): "alert:\(name)"
            case .schedule(let line): "schedule:\(line)"
            case .event(let kind): "event:\(kind)"
            }
        }
    }

    /// Its name, unique and the same at every apply: `flights/train/dataset:flights`.
    public var name: String
    /// The project.
    public var project: String
    /// The pipeline that it starts.
    public var pipeline: String
    /// What it waits for.
    public var source: Source
    /// How long, in event time, it is quiet after it fired; in milliseconds.
    public var cooldown: Int64

    /// Declares a trigger.
    ///
    /// - Parameters:
    ///   - project: The project.
    ///   - pipeline: The pipeline that it starts.
    ///   - source: What it waits for.
    ///   - cooldown: How long it is quiet after it fired, in milliseconds of event time.
    public init(project: String, pipeline: String, source: Source, cooldown: Int64 = 0) {
        name = "\(project)/\(pipeline)/\(source.text)"
        self.project = project
        self.pipeline = pipeline
        self.source = source
        self.cooldown = cooldown
    }

    /// The kinds of event that `{event: KIND}` may name: what changes seldom, and nothing that a trigger itself causes at once.
    public static let eventKinds: Set<String> = [
        "alert.resolved", "dataset_version.rejected", "dataset_version.waiting", "deployment.ready",
        "deployment.switched", "model_version.created", "model_version.registered", "pipeline_run.finished",
        "project.applied", "promotion.decided", "rollback.done",
    ]

    /// The kinds of event that triggers have to see.
    static let observedKinds = eventKinds.union(["dataset_version.created", "dataset_version.accepted", "alert.fired"])
}
