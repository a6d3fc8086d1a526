import Basics
import Serving
import Storage

/// A request's predictions, checked and packed: what costs time is done before the writer's thread.
struct PreparedBatch: Sendable {
    /// More predictions than this in one request are refused.
    static let rowLimit = 1_000_000
    /// A longer correlation key is refused.
    static let keyLimit = 512

    let batch: PredictionBatch
    let layout: String
    let layoutColumns: String
    let head: [UInt8]
    let body: [UInt8]

    init(_ batch: PredictionBatch) throws {
        let rows = batch.scores.count
        guard rows > 0, rows <= Self.rowLimit, batch.keys.count == rows, batch.eventTimes.count == rows,
            batch.inputs.columns.isEmpty || batch.inputs.rowCount == rows,
            batch.outputs.columns.isEmpty || batch.outputs.rowCount == rows
        else {
            throw MartletError(
                .invalidArgument,
                "request '\(batch.id)' has \(rows) scores, \(batch.keys.count) keys, \(batch.eventTimes.count) times, \(batch.inputs.rowCount) rows in and \(batch.outputs.rowCount) out",
                hint: "as many of each, from 1 to \(Self.rowLimit)"
            )
        }
        if let long = batch.keys.first(where: { ($0?.utf8.count ?? 0) > Self.keyLimit }), let long {
            throw MartletError(
                .tooLarge,
                "the correlation key '\(long.prefix(40))…' has \(long.utf8.count) bytes",
                hint: "at most \(Self.keyLimit)"
            )
        }
        self.batch = batch
        let columns = Self.columns(batch.inputs, batch.outputs)
        layoutColumns = columns.text()
        layout = String(Digest.sha256(layoutColumns).prefix(32))
        head = BatchHead.pack(eventTimes: batch.eventTimes, scores: batch.scores)
        var writer = PackedWriter()
        ColumnPacking.write(batch.inputs, to: &writer)
        ColumnPacking.write(batch.outputs, to: &writer)
        for key in batch.keys {
            writer.byte(key == nil ? 0 : 1)
            if let key { writer.text(key) }
        }
        body = writer.bytes
    }

    /// Seconds as the log keeps them.
    static func microseconds(_ seconds: Double) -> Int64 {
        seconds.isFinite ? Int64(min(max(0, seconds * 1e6), 1e15)) : 0
    }

    private static func columns(_ inputs: ColumnTable, _ outputs: ColumnTable) -> JSON {
        func list(_ table: ColumnTable) -> JSON {
            .array(table.schema.map { ["name": .string($0.name), "type": .string($0.type.rawValue)] })
        }
        return ["inputs": list(inputs), "outputs": list(outputs)]
    }

    /// Stores the request.
    ///
    /// - Returns: False when a request of this id is stored already.
    func insert(_ tx: Transaction, number: Int64, reference: Int64, window: Int64) throws -> Bool {
        let added = try tx.execute(
            """
            INSERT INTO prediction_batches (number, id, deployment, model, version, reference, window_length, time, latency,
                layout, row_count, head, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (id) DO NOTHING
            """,
            values: [
                .int(number), .text(batch.id), .text(batch.deployment), .text(batch.model),
                .int(Int64(batch.version)), .int(reference), .int(window), batch.time.sqlValue,
                .int(Self.microseconds(batch.latency)), .text(layout), .int(Int64(batch.scores.count)), .bytes(head),
                .bytes(body),
            ]
        )
        guard added == 1 else { return false }
        for (row, key) in batch.keys.enumerated() {
            guard let key, !key.isEmpty else { continue }
            try tx.execute(
                "INSERT INTO prediction_keys (name, batch, place) VALUES ($1, $2, $3)",
                values: [.text(key), .int(number), .int(Int64(row))]
            )
        }
        return true
    }
}
