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
}
