import Basics
import Storage
import Synchronization

/// The windows' tallies: in the database, with the ones in use kept decoded.
///
/// A kept tally is used only if its row's revision is still the one that it was stored with, so a transaction that was
/// rolled back, or another writer, costs a decoding and never a wrong count.
final class WindowStore: Sendable {
    struct Entry {
        var tally: WindowTally
        var revision: Int64
        var isJudged: Bool
        var isRated: Bool
    }

    /// Windows in use: the running ones of some deployments and those whose actuals arrive.
    private static let limit = 128
    private let kept = Mutex<[WindowKey: (entry: Entry, used: UInt64)]>([:])
    private let clock = Atomic<UInt64>(0)

    /// A window for changing. It must be given back with ``save(_:_:_:)`` in the same transaction.
    func take(_ tx: Transaction, _ key: WindowKey, _ reference: Reference?) throws -> Entry {
        let row = try tx.row(
            """
            SELECT revision, judged, quality_judged FROM monitoring_windows
            WHERE deployment = $1 AND window_start = $2 AND window_length = $3 AND version = $4 AND reference = $5
            """,
            key.deployment,
            key.start,
            key.length,
            key.version,
            key.reference
        )
        // Taken out, so that its arrays have one owner and are changed in place.
        let cached = kept.withLock { $0.removeValue(forKey: key)?.entry }
        guard let row else {
            return Entry(tally: WindowTally(reference), revision: 0, isJudged: false, isRated: false)
        }
        let revision = try row.int("revision")
        let (isJudged, isRated) = (try row.bool("judged"), try row.bool("quality_judged"))
        if var cached, cached.revision == revision {
            cached.isJudged = isJudged
            cached.isRated = isRated
            return cached
        }
        let stored = try tx.row(
            """
            SELECT tally FROM monitoring_windows
            WHERE deployment = $1 AND window_start = $2 AND window_length = $3 AND version = $4 AND reference = $5
            """,
            key.deployment,
            key.start,
            key.length,
            key.version,
            key.reference
        )
        let tally = try WindowTally(packed: stored?.bytes("tally") ?? [])
        return Entry(tally: tally, revision: revision, isJudged: isJudged, isRated: isRated)
    }

    /// Stores a window that ``take(_:_:_:)`` gave.
    func save(_ tx: Transaction, _ key: WindowKey, _ entry: consuming Entry) throws {
        let bytes = entry.tally.packed
        if entry.revision == 0 {
            try tx.execute(
                """
                INSERT INTO monitoring_windows (deployment, window_start, window_length, version, reference, window_end,
                    revision, judged, quality_judged, tally) VALUES ($1, $2, $3, $4, $5, $6, 1, 0, 0, $7)
                """,
                key.deployment,
                key.start,
                key.length,
                key.version,
                key.reference,
                key.end,
                bytes
            )
        } else {
            let changed = try tx.execute(
                """
                UPDATE monitoring_windows SET revision = $6, tally = $7
                WHERE deployment = $1 AND window_start = $2 AND window_length = $3 AND version = $4 AND reference = $5
                    AND revision = $8
                """,
                key.deployment,
                key.start,
                key.length,
                key.version,
                key.reference,
                entry.revision + 1,
                bytes,
                entry.revision
            )
            guard changed == 1 else {
                throw MartletError(.unavailable, "a monitoring window was changed by another writer", hint: "try again")
            }
        }
        entry.revision += 1
        let used = clock.wrappingAdd(1, ordering: .relaxed).newValue
        kept.withLock { kept in
            kept[key] = (entry, used)
            if kept.count > Self.limit, let oldest = kept.min(by: { $0.value.used < $1.value.used })?.key {
                kept[oldest] = nil
            }
        }
    }

    /// The implausible scores of a window that was saved in this transaction; nil where there are none.
    func implausible(_ key: WindowKey) -> Observation? {
        kept.withLock { kept in
            guard let tally = kept[key]?.entry.tally, tally.notFinite + tally.implausible > 0 else { return nil }
            return WindowFigures.plausibility(tally)
        }
    }
}
