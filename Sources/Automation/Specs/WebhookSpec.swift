/// Where events are sent to, as a project file declares it.
public struct WebhookSpec: Sendable, Hashable, Codable {
    /// The address: `http` or `https`.
    public var url: String
    /// The kinds of event.
    public var events: [String]
    /// The environment variable of the server that holds the secret; nothing is signed if `nil`.
    public var secretVariable: String?

    /// Declares a webhook.
    public init(url: String, events: [String], secretVariable: String? = nil) {
        self.url = url
        self.events = events
        self.secretVariable = secretVariable
    }

    /// The kinds of event that may be sent: what people and other systems wait for, and nothing that a delivery causes.
    public static let eventKinds: Set<String> = [
        "alert.fired", "alert.resolved", "alias.set", "dataset_version.accepted", "dataset_version.created",
        "dataset_version.rejected", "dataset_version.waiting", "deployment.ready", "deployment.switched",
        "experiment.created", "model_version.created", "model_version.registered", "pipeline_run.created",
        "pipeline_run.finished", "project.applied", "promotion.decided", "promotion.requested", "promotion.waiting",
        "rollback.done", "run.created", "run.finished", "step.finished", "trigger.fired", "trigger.skipped",
    ]
}
