import Storage
import Synchronization

/// The numbers that stand for metric names inside, so that a point takes a few bytes for its name.
///
/// Names are few and points are many: the numbers of names that are stored durably are kept in memory.
final class MetricKeys: Sendable {
    /// Beyond this many names the rest are looked up each time: memory stays bounded whatever clients log.
    private static let limit = 200_000

    private let known = Mutex<[String: Int64]>([:])

    /// The numbers of names, made where they are new.
    func numbers(_ tx: Transaction, of names: Set<String>) throws -> [String: Int64] {
        var numbers: [String: Int64] = [:]
        let missing = known.withLock { known in
            names.filter { name in
                numbers[name] = known[name]
                return numbers[name] == nil
            }
        }
        guard !missing.isEmpty else { return numbers }
        var found: [String: Int64] = [:]
        for name in missing.sorted() {
            try tx.execute(
                "INSERT INTO metric_keys (id, name) SELECT COALESCE(MAX(id), 0) + 1, $1 FROM metric_keys WHERE true ON CONFLICT (name) DO NOTHING",
                name
            )
            found[name] = try tx.row("SELECT id FROM metric_keys WHERE name = $1", name)?.int("id")
        }
        // Only what is durable: a number that is rolled back may be given to another name.
        tx.onCommit { [self, found] in
            known.withLock { known in
                guard known.count + found.count <= Self.limit else { return }
                known.merge(found) { $1 }
            }
        }
        return numbers.merging(found) { $1 }
    }
}
