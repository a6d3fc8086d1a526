public import Basics
import Storage

/// One logged prediction, with all that was known when it was made, and the actual if it has come.
public struct PredictionRecord: Sendable, Hashable {
    /// `P-i`.
    public let id: String
    /// The deployment that was asked.
    public let deployment: String
    /// The registered model that answered.
    public let model: String
    /// Its version.
    public let version: Int
    /// When it was answered, by the server's clock.
    public let time: Timestamp
    /// When the fact that it is about happens.
    public let eventTime: Timestamp
    /// How long the request took, in milliseconds.
    public let latencyMilliseconds: Double
    /// What the caller calls it.
    public let correlationID: String?
    /// What the model was given, by column.
    public let inputs: JSON
    /// What it answered, by column.
    public let outputs: JSON
    /// The number that is watched; NaN where there is none.
    public let score: Double
    /// What came true.
    public let actual: Double?
    /// When it came true.
    public let actualTime: Timestamp?

    /// The record as the API shows it.
    public var json: JSON {
        [
            "id": .string(id), "deployment": .string(deployment), "model": .string(model), "version": JSON(version),
            "time": JSON(time), "event_time": JSON(eventTime), "latency_ms": .double(latencyMilliseconds),
            "correlation_id": JSON(correlationID), "inputs": inputs, "outputs": outputs, "score": .double(score),
            "actual": JSON(actual), "actual_time": JSON(actualTime),
        ]
    }

    static func read(_ tx: Transaction, _ id: PredictionID) throws -> PredictionRecord? {
        guard let row = try tx.row("SELECT * FROM prediction_batches WHERE id = $1", id.batch) else { return nil }
        let rows = Int(try row.int("row_count"))
        guard id.row < rows else { return nil }
        guard
            let layout = try tx.row("SELECT columns FROM prediction_layouts WHERE digest = $1", try row.text("layout"))
        else { throw PackedReader.damaged }
        let columns = try layout.json("columns")
        var reader = PackedReader(try row.bytes("body"))
        let inputs = try ColumnPacking.read(try schema(columns["inputs"]), rows: rows, from: &reader)
        let outputs = try ColumnPacking.read(try schema(columns["outputs"]), rows: rows, from: &reader)
        var key: String?
        for _ in 0...id.row { key = try reader.byte() == 1 ? try reader.text() : nil }
        let head = BatchHead(try row.bytes("head"), rows: rows)
        let actual = try ActualSlots.read(tx, batch: try row.int("number"))?[id.row]
        return PredictionRecord(
            id: "\(id.batch)-\(id.row)",
            deployment: try row.text("deployment"),
            model: try row.text("model"),
            version: Int(try row.int("version")),
            time: try row.timestamp("time"),
            eventTime: try head.eventTime(id.row),
            latencyMilliseconds: Double(try row.int("latency")) / 1000,
            correlationID: key,
            inputs: inputs.record(id.row),
            outputs: outputs.record(id.row),
            score: try head.score(id.row),
            actual: actual?.value,
            actualTime: actual?.time
        )
    }

    private static func schema(_ json: JSON?) throws -> [ColumnSchema] {
        try (json?.array ?? []).map { column in
            guard let name = column["name"]?.string,
                let type = column["type"]?.string.flatMap(ColumnType.init(rawValue:))
            else { throw PackedReader.damaged }
            return ColumnSchema(name, type)
        }
    }
}
