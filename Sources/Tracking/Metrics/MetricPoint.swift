public import Basics
import Storage

/// A point of a metric.
public struct MetricPoint: Sendable, Hashable {
    /// The metric's name.
    public var key: String
    /// The value; `NaN` and the infinities are values like others.
    public var value: Double
    /// When it was measured.
    public var timestamp: Timestamp
    /// At which step.
    public var step: Int64
    /// The logged model that it tells of.
    public var modelID: String?
    /// The dataset that it was measured on.
    public var datasetName: String?
    /// That dataset's digest.
    public var datasetDigest: String?

    /// Makes a point.
    public init(
        key: String,
        value: Double,
        timestamp: Timestamp,
        step: Int64 = 0,
        modelID: String? = nil,
        datasetName: String? = nil,
        datasetDigest: String? = nil
    ) {
        self.key = key
        self.value = value
        self.timestamp = timestamp
        self.step = step
        self.modelID = modelID
        self.datasetName = datasetName
        self.datasetDigest = datasetDigest
    }
}

extension MetricPoint {
    /// A row with the columns `step`, `timestamp`, `value` and `is_nan`.
    init(_ row: Row, key: String) throws {
        self.init(
            key: key,
            value: try row.int("is_nan") != 0 ? .nan : try row.double("value"),
            timestamp: try row.timestamp("timestamp"),
            step: try row.int("step")
        )
    }

    /// As the protocol writes it.
    var json: JSON {
        var json: JSON = [
            "key": .string(key), "value": .double(value), "timestamp": .int(timestamp.milliseconds), "step": .int(step),
        ]
        if let modelID { json["model_id"] = .string(modelID) }
        if let datasetName { json["dataset_name"] = .string(datasetName) }
        if let datasetDigest { json["dataset_digest"] = .string(datasetDigest) }
        return json
    }

    /// The value as the tables hold it: a number, and whether it stands for none.
    var stored: (value: Double, isNaN: Int64) { value.isNaN ? (0, 1) : (value, 0) }

    /// Whether this point is the latest of the two: the greater step, then time, then value.
    func isLater(than other: MetricPoint) -> Bool {
        (step, timestamp, stored.value) > (other.step, other.timestamp, other.stored.value)
    }
}
