import Basics
import Serving
import Storage

/// Writes requests and counts them, all in one transaction: after a crash the counts are those of the stored predictions.
struct Recorder: Sendable {
    /// An event time further ahead than this does not move the watermark: one wrong date must not complete all windows.
    static let aheadLimit = Duration.seconds(86_400)

    let cache: MonitorCache
    let windows: WindowStore
    let layouts: LayoutMemory
    let judge: WindowJudge

    func record(_ tx: Transaction, _ group: [PreparedBatch]) throws {
        guard
            let last = try tx.row(
                "UPDATE monitoring_numbers SET last = last + $1 WHERE name = 'batch' RETURNING last",
                group.count
            )?.int("last")
        else { throw PackedReader.damaged }
        var number = last - Int64(group.count)
        var counts = Counts(windows: windows)
        var monitors: [String: Progress] = [:]
        for prepared in group {
            number += 1
            let batch = prepared.batch
            var progress = try monitors[batch.deployment] ?? start(tx, batch.deployment, batch.model)
            let reference = try cache.reference(tx, progress.monitor, version: Int64(batch.version))
            let length = progress.monitor.windowLength
            try layouts.ensure(tx, prepared)
            let isNew = try prepared.insert(tx, number: number, reference: reference?.number ?? 0, window: length)
            guard isNew else { continue }
            try counts.add(tx, batch, length: length, reference, progress.monitor.plausible(reference))
            progress.advance(batch)
            monitors[batch.deployment] = progress
        }
        let touched = try counts.save(tx)
        for progress in monitors.values {
            try judge.advance(tx, progress, touched.filter { $0.deployment == progress.monitor.deployment })
        }
    }

    private func start(_ tx: Transaction, _ deployment: String, _ model: String) throws -> Progress {
        guard let monitor = try cache.monitor(tx, deployment, creatingFor: model) else { throw PackedReader.damaged }
        return Progress(monitor: monitor)
    }

    /// How far a deployment comes by a group.
    struct Progress {
        let monitor: Monitor
        var watermark: Timestamp?
        var version: Int64?

        init(monitor: Monitor) {
            self.monitor = monitor
            watermark = monitor.watermark
            version = monitor.version
        }

        mutating func advance(_ batch: PredictionBatch) {
            let newest = batch.eventTimes.max() ?? batch.time
            let bounded = min(newest, batch.time + Recorder.aheadLimit)
            watermark = watermark.map { max($0, bounded) } ?? bounded
            version = Int64(batch.version)
        }
    }

    /// The windows that a group counts into; each is taken and saved once.
    private struct Counts {
        let windows: WindowStore
        var taken: [WindowKey: WindowStore.Entry] = [:]

        mutating func add(
            _ tx: Transaction,
            _ batch: PredictionBatch,
            length: Int64,
            _ reference: Reference?,
            _ plausible: ClosedRange<Double>?
        ) throws {
            var row = 0
            while row < batch.scores.count {
                let start = WindowKey.start(of: batch.eventTimes[row].milliseconds, length: length)
                var end = row + 1
                while end < batch.scores.count,
                    case let time = batch.eventTimes[end].milliseconds, time >= start, time - start < length
                { end += 1 }
                let key = WindowKey(
                    deployment: batch.deployment,
                    start: start,
                    length: length,
                    version: Int64(batch.version),
                    reference: reference?.number ?? 0
                )
                if taken[key] == nil { taken[key] = try windows.take(tx, key, reference) }
                taken[key]?.tally.add(batch, row..<end, reference, plausible: plausible)
                row = end
            }
        }

        mutating func save(_ tx: Transaction) throws -> [WindowKey] {
            let keys = Array(taken.keys)
            for key in keys {
                if let entry = taken.removeValue(forKey: key) { try windows.save(tx, key, entry) }
            }
            return keys
        }
    }
}
