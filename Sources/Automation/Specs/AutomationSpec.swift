/// What a project file says about automation: gates, triggers, webhooks.
public struct AutomationSpec: Sendable, Hashable, Codable {
    /// The project's name.
    public var project: String
    /// The models, by name.
    public var models: [ModelSpec]
    /// What starts pipelines.
    public var triggers: [TriggerSpec]
    /// Where events are sent to.
    public var webhooks: [WebhookSpec]

    /// Declares a project's automation.
    public init(
        project: String,
        models: [ModelSpec] = [],
        triggers: [TriggerSpec] = [],
        webhooks: [WebhookSpec] = []
    ) {
        self.project = project
        self.models = models
        self.triggers = triggers
        self.webhooks = webhooks
    }
}

/// What a project file says about one model's way to its callers.
public struct ModelSpec: Sendable, Hashable, Codable {
    /// The registered model's name, which is also its deployment's.
    public var name: String
    /// The gates; versions are not promoted by themselves if `nil`.
    public var promote: PromotionPolicy?
    /// How a champion is deployed, as JSON text that serving reads; it is not deployed if `nil`.
    public var deploy: String?
    /// The output that monitoring compares with: the champion's training data.
    public var reference: OutputReference?

    /// Declares a model.
    public init(
        name: String,
        promote: PromotionPolicy? = nil,
        deploy: String? = nil,
        reference: OutputReference? = nil
    ) {
        self.name = name
        self.promote = promote
        self.deploy = deploy
        self.reference = reference
    }

    /// The deployment's name, where the model is deployed.
    public var deployment: String? { deploy == nil ? nil : name }
}
