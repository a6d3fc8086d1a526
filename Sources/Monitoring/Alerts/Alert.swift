public import Basics
import Storage

/// What an alert is about.
public enum AlertSignal: String, Sendable, Hashable, CaseIterable {
    /// A feature, or the score, is distributed otherwise than in the reference.
    case drift
    /// The metric over the actuals is too bad.
    case quality
    /// Scores are not finite or outside their range.
    case plausibility
    /// A feature is missing more often than in the reference.
    case nulls
    /// A feature has values that the reference does not.
    case outOfRange = "out_of_range"
}

/// An alert: one signal of one feature of a deployment, from when it went wrong until it calmed down.
public struct Alert: Sendable, Hashable {
    /// Its name.
    public let id: String
    /// The deployment.
    public let deployment: String
    /// Its model.
    public let model: String
    /// The version that made the predictions.
    public let version: Int
    /// What it is about.
    public let signal: AlertSignal
    /// The feature, `score`, or the metric's name.
    public let feature: String
    /// `alert`.
    public let level: String
    /// The value that opened it.
    public let value: Double
    /// What the value was compared with.
    public let threshold: Double
    /// When it was known, by event time.
    public let opened: Timestamp
    /// When it closed, by event time; nil while open.
    public let closed: Timestamp?
    /// The window that opened it.
    public let window: Range<Timestamp>
    /// How many calm windows in a row it has seen.
    let calm: Int
    /// The value of the last window that was judged.
    public let lastValue: Double

    /// Whether it is open.
    public var isOpen: Bool { closed == nil }

    /// The alert as the API and its events show it.
    public var json: JSON {
        [
            "id": .string(id), "deployment": .string(deployment), "model": .string(model), "version": JSON(version),
            "signal": .string(signal.rawValue), "feature": .string(feature), "level": .string(level),
            "value": .double(value), "threshold": .double(threshold), "last_value": .double(lastValue),
            "opened": JSON(opened), "closed": JSON(closed), "state": isOpen ? "open" : "closed",
            "window_start": JSON(window.lowerBound), "window_end": JSON(window.upperBound),
        ]
    }

    init(_ row: Row) throws {
        id = try row.text("id")
        deployment = try row.text("deployment")
        model = try row.text("model")
        version = Int(try row.int("version"))
        guard let signal = AlertSignal(rawValue: try row.text("signal")) else { throw PackedReader.damaged }
        self.signal = signal
        feature = try row.text("feature")
        level = try row.text("level")
        value = try row.double("value")
        threshold = try row.double("threshold")
        opened = try row.timestamp("opened")
        closed = row.timestampOrNil("closed")
        let start = try row.timestamp("window_start")
        window = start..<max(start, try row.timestamp("window_end"))
        calm = Int(try row.int("calm"))
        lastValue = try row.double("last_value")
    }
}
