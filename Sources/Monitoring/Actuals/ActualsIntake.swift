import Basics
import Storage

/// Stores actuals and counts them into the windows of their predictions, in one transaction.
///
/// Each one is found by two index look-ups, O(log n) in all predictions ever logged.
struct ActualsIntake {
    /// A key that was predicted more often than this: the newest ones get the actual.
    private static let keyLimit: Int64 = 100

    let cache: MonitorCache
    let windows: WindowStore
    let judge: WindowJudge
    let deployment: String?

    /// A request that actuals are about.
    private final class Batch {
        let deployment: String
        let version: Int64
        let reference: Int64
        let length: Int64
        let rows: Int
        let head: BatchHead
        var slots: ActualSlots
        var isChanged = false

        init(_ tx: Transaction, _ row: Row) throws {
            deployment = try row.text("deployment")
            version = try row.int("version")
            reference = try row.int("reference")
            length = try row.int("window_length")
            rows = Int(try row.int("row_count"))
            head = BatchHead(try row.bytes("head"), rows: rows)
            let number = try row.int("number")
            slots = try ActualSlots.read(tx, batch: number) ?? ActualSlots(batch: number, rows: rows)
        }
    }

    private static let columns = "number, deployment, version, reference, window_length, row_count, head"

    func store(_ tx: Transaction, _ actuals: [Actual]) throws -> ActualsReport {
        var report = ActualsReport()
        var batches: [Int64: Batch] = [:]
        var numbers: [String: Int64] = [:]
        var taken: [WindowKey: WindowStore.Entry] = [:]
        var monitors: [String: Monitor] = [:]

        func batch(_ number: Int64) throws -> Batch? {
            if let known = batches[number] { return known }
            let row = try tx.row("SELECT \(Self.columns) FROM prediction_batches WHERE number = $1", number)
            guard let row else { return nil }
            let batch = try Batch(tx, row)
            batches[number] = batch
            return batch
        }

        func places(_ target: Actual.Target) throws -> [(Batch, Int)]? {
            switch target {
            case .prediction(let text):
                guard let id = PredictionID(text) else { return [] }
                if numbers[id.batch] == nil {
                    let row = try tx.row("SELECT number FROM prediction_batches WHERE id = $1", id.batch)
                    guard let row else { return [] }
                    numbers[id.batch] = try row.int("number")
                }
                guard let number = numbers[id.batch], let found = try batch(number), id.row < found.rows,
                    deployment == nil || found.deployment == deployment
                else { return [] }
                return [(found, id.row)]
            case .correlation(let key):
                let rows = try tx.rows(
                    "SELECT batch, place FROM prediction_keys WHERE name = $1 ORDER BY batch DESC, place LIMIT $2",
                    key,
                    Self.keyLimit
                )
                var found: [(Batch, Int)] = []
                var seen: Set<Int64> = []
                for row in rows {
                    let number = try row.int("batch")
                    guard let batch = try batch(number), batch.deployment == deployment else { continue }
                    guard seen.insert(number).inserted else { return nil }
                    found.append((batch, Int(try row.int("place"))))
                }
                return found
            }
        }

        for actual in actuals {
            let name = actual.target.name
            guard let places = try places(actual.target) else {
                report.ambiguous.append(name)
                continue
            }
            guard !places.isEmpty else {
                report.unknown.append(name)
                continue
            }
            let stored = places.map { $0.0.slots[$0.1]?.value }
            if let other = stored.compactMap({ $0 }).first(where: { $0 != actual.value }), !actual.replace {
                report.conflicts.append(.init(name: name, stored: other, given: actual.value))
                continue
            }
            guard stored.contains(where: { $0 != actual.value }) else {
                report.duplicates.append(name)
                continue
            }
            for ((batch, row), old) in zip(places, stored) where old != actual.value {
                if monitors[batch.deployment] == nil {
                    monitors[batch.deployment] = try cache.monitor(tx, batch.deployment)
                }
                guard let monitor = monitors[batch.deployment] else { throw PackedReader.damaged }
                let reference = try cache.reference(tx, monitor, number: batch.reference)
                let key = WindowKey(
                    deployment: batch.deployment,
                    start: WindowKey.start(of: try batch.head.eventTime(row).milliseconds, length: batch.length),
                    length: batch.length,
                    version: batch.version,
                    reference: batch.reference
                )
                if taken[key] == nil { taken[key] = try windows.take(tx, key, reference) }
                let (score, scale) = (try batch.head.score(row), reference?.scale ?? .unit)
                if let old {
                    taken[key]?.tally.quality.add(actual: old, score: score, scale: scale, takeBack: true)
                }
                taken[key]?.tally.quality.add(actual: actual.value, score: score, scale: scale)
                batch.slots.set(row, actual.value, actual.time)
                batch.isChanged = true
            }
            report.accepted += 1
        }
        for batch in batches.values where batch.isChanged { try batch.slots.save(tx) }
        try save(tx, taken, monitors)
        return report
    }

    private func save(_ tx: Transaction, _ taken: [WindowKey: WindowStore.Entry], _ monitors: [String: Monitor]) throws
    {
        for (key, entry) in taken.sorted(by: { $0.key.start < $1.key.start }) {
            try windows.save(tx, key, entry)
            guard !entry.isRated, let monitor = monitors[key.deployment], let spec = monitor.spec,
                let now = monitor.watermark
            else { continue }
            try judge.rate(tx, monitor, spec, key, entry.tally, now: now)
        }
    }
}
