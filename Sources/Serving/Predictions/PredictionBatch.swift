public import Basics

/// Keeps predictions. The answer to a client is sent only after `record` has returned, so what a client has seen is kept.
public protocol PredictionSink: Sendable {
    /// Stores the predictions of one request, durably.
    ///
    /// - Parameter batch: Rows, answers and what is known about them.
    /// - Throws: Where they cannot be stored; the client then gets the error instead of the answer.
    func record(_ batch: PredictionBatch) async throws
}

/// The rows that one request brought, and what the model answered.
///
/// Row `i` of the batch has the prediction id `ID-i`.
public struct PredictionBatch: Sendable {
    /// The request's id: 26 characters that sort by time.
    public var id: String
    /// The deployment that was asked.
    public var deployment: String
    /// The registered model that answered.
    public var model: String
    /// Its version.
    public var version: Int
    /// When the request was answered, by the server's clock.
    public var time: Timestamp
    /// When each row's fact happens in the world, from the declared `time` column; `time` where there is none. One a row.
    public var eventTimes: [Timestamp]
    /// What the caller calls each row, from the declared `key` column or the header `X-Correlation-Id`. One a row.
    public var keys: [String?]
    /// What the model was given, in the order of its signature; without columns where it takes tensors or nested values.
    public var inputs: ColumnTable
    /// What the model answered: `prediction`, or `prediction_0`, `prediction_1`… for several numbers a row, or the names
    /// of the data frame that it answered. Non-finite numbers stand as they came.
    public var outputs: ColumnTable
    /// One number a row to watch and judge: the last numeric column of the answer (of two probabilities, the second one's).
    ///
    /// NaN for a model that answers texts or nested values.
    public var scores: [Double]
    /// How long the request took, from its last byte to the answer's first, in seconds.
    public var latency: Double

    /// Makes a batch.
    public init(
        id: String,
        deployment: String,
        model: String,
        version: Int,
        time: Timestamp,
        eventTimes: [Timestamp],
        keys: [String?],
        inputs: ColumnTable,
        outputs: ColumnTable,
        scores: [Double],
        latency: Double
    ) {
        self.id = id
        self.deployment = deployment
        self.model = model
        self.version = version
        self.time = time
        self.eventTimes = eventTimes
        self.keys = keys
        self.inputs = inputs
        self.outputs = outputs
        self.scores = scores
        self.latency = latency
    }

    /// How many predictions there are.
    public var count: Int { scores.count }

    /// The id of a row's prediction.
    public func predictionID(_ row: Int) -> String { "\(id)-\(row)" }
}

/// Keeps nothing: for a server without monitoring, and for tests.
public struct NoPredictionSink: PredictionSink {
    /// Makes one.
    public init() {}

    /// Drops the batch.
    public func record(_ batch: PredictionBatch) async throws {}
}
