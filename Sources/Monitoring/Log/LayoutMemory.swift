import Storage
import Synchronization

/// Which layouts are known to be stored.
final class LayoutMemory: Sendable {
    private let known = Mutex<Set<String>>([])

    /// Stores a layout that is new. One that a rolled-back transaction stored is never taken for known.
    func ensure(_ tx: Transaction, _ batch: PreparedBatch) throws {
        let digest = batch.layout
        guard !known.withLock({ $0.contains(digest) }) else { return }
        try tx.execute(
            "INSERT INTO prediction_layouts (digest, columns) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
            digest,
            batch.layoutColumns
        )
        tx.onCommit { [self] in known.withLock { if $0.count < 10_000 { _ = $0.insert(digest) } } }
    }
}
