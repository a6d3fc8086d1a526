import Basics
import Storage

/// The actuals of one request, a slot a row.
///
/// Sixteen bytes a prediction in one narrow row a request: a row of a table for each would take four times that.
struct ActualSlots {
    private var values: [Double]
    private var times: [Int64]
    private let batch: Int64

    init(batch: Int64, rows: Int) {
        self.batch = batch
        values = [Double](repeating: .nan, count: rows)
        times = [Int64](repeating: 0, count: rows)
    }

    static func read(_ tx: Transaction, batch: Int64) throws -> ActualSlots? {
        try tx.row("SELECT actuals FROM prediction_actuals WHERE batch = $1", batch).map {
            try ActualSlots(batch: batch, packed: $0.bytes("actuals"))
        }
    }

    private init(batch: Int64, packed: [UInt8]) throws {
        self.batch = batch
        var reader = PackedReader(packed)
        let rows = packed.count / 16
        values = []
        times = []
        for _ in 0..<rows {
            values.append(try reader.double())
            times.append(Int64(bitPattern: try reader.fixed()))
        }
    }

    subscript(row: Int) -> (value: Double, time: Timestamp)? {
        guard values.indices.contains(row), !values[row].isNaN else { return nil }
        return (values[row], Timestamp(milliseconds: times[row]))
    }

    mutating func set(_ row: Int, _ value: Double, _ time: Timestamp) {
        values[row] = value
        times[row] = time.milliseconds
    }

    func save(_ tx: Transaction) throws {
        var writer = PackedWriter()
        for (value, time) in zip(values, times) {
            writer.double(value)
            writer.fixed(UInt64(bitPattern: time))
        }
        try tx.execute(
            """
            INSERT INTO prediction_actuals (batch, actuals) VALUES ($1, $2)
            ON CONFLICT (batch) DO UPDATE SET actuals = excluded.actuals
            """,
            batch,
            writer.bytes
        )
    }
}
