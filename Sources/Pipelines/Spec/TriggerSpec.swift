public import Basics

/// What starts a pipeline by itself: one entry of its `on:`.
public struct TriggerSpec: Sendable, Hashable {
    /// The kinds.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A new version of a dataset: its name.
        case dataset
        /// An alert of a deployment: its name.
        case alert
        /// A moment: five fields of cron.
        case schedule
        /// Any event of the log: its kind.
        case event
    }

    /// What kind.
    public var kind: Kind
    /// The dataset, deployment, cron line or event kind.
    public var value: String
    /// How long it rests after it has fired, in event time.
    public var cooldown: Duration?

    /// Makes a trigger.
    public init(kind: Kind, value: String, cooldown: Duration? = nil) {
        self.kind = kind
        self.value = value
        self.cooldown = cooldown
    }

    /// As it is stored.
    public var json: JSON {
        var json: JSON = ["kind": .string(kind.rawValue), "value": .string(value)]
        if let cooldown { json["cooldown_ms"] = .int(cooldown.milliseconds) }
        return json
    }

    /// Reads a stored trigger.
    public init?(json: JSON) {
        guard let kind = json["kind"]?.string.flatMap(Kind.init), let value = json["value"]?.string else { return nil }
        self.init(kind: kind, value: value, cooldown: json["cooldown_ms"]?.int.map { .milliseconds($0) })
    }
}
