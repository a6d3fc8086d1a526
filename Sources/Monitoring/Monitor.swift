import Basics
import Storage
import Synchronization

/// What is known of a deployment's monitoring, inside a transaction.
struct Monitor {
    let deployment: String
    let model: String
    let revision: Int64
    /// Nil for a deployment that declares none: predictions are kept and counted, nothing is judged.
    let spec: MonitorSpec?
    /// The newest event time so far: windows that end before it are complete.
    var watermark: Timestamp?
    /// The version that answers now.
    var version: Int64?

    var windowLength: Int64 { max(1, (spec?.window ?? MonitorSpec().window).milliseconds) }

    /// Where scores must lie.
    func plausible(_ reference: Reference?) -> ClosedRange<Double>? {
        spec?.plausible ?? (reference?.scores?.scale.isUnit == true ? 0...1 : nil)
    }

    func save(_ tx: Transaction) throws {
        try tx.execute(
            "UPDATE monitors SET watermark = $2, version = $3 WHERE deployment = $1",
            deployment,
            watermark,
            version
        )
    }

    /// What was decoded from the database changes: caches of an older revision are not used again.
    static func touch(_ tx: Transaction, _ deployment: String) throws {
        try tx.execute("UPDATE monitors SET revision = revision + 1 WHERE deployment = $1", deployment)
    }
}

/// Specifications and references, decoded once a revision.
final class MonitorCache: Sendable {
    private struct Kept {
        var revision: Int64
        var spec: MonitorSpec?
        var newest: [Int64: Reference?] = [:]
        var numbered: [Int64: Reference] = [:]
    }

    private let kept = Mutex<[String: Kept]>([:])

    /// The deployment's monitor; made where there is none and a model is given.
    func monitor(_ tx: Transaction, _ deployment: String, creatingFor model: String? = nil) throws -> Monitor? {
        var row = try tx.row("SELECT * FROM monitors WHERE deployment = $1", deployment)
        if row == nil, let model {
            row = try tx.row(
                "INSERT INTO monitors (deployment, model, revision) VALUES ($1, $2, 1) RETURNING *",
                deployment,
                model
            )
        }
        guard let row else { return nil }
        let revision = try row.int("revision")
        let known = kept.withLock { kept in kept[deployment].flatMap { $0.revision == revision ? $0 : nil } }
        let spec = try known?.spec ?? row.jsonOrNil("spec").map(MonitorSpec.init(json:))
        if known == nil {
            // Only what is durable is kept: a revision that was rolled back may come again with other contents.
            tx.onCommit { [self] in
                kept.withLock { $0[deployment] = Kept(revision: revision, spec: spec) }
            }
        }
        return Monitor(
            deployment: deployment,
            model: try row.text("model"),
            revision: revision,
            spec: spec,
            watermark: row.timestampOrNil("watermark"),
            version: row.intOrNil("version")
        )
    }

    /// The newest reference of a version.
    func reference(_ tx: Transaction, _ monitor: Monitor, version: Int64) throws -> Reference? {
        let known = kept.withLock { kept in
            kept[monitor.deployment].flatMap { $0.revision == monitor.revision ? $0.newest[version] : nil }
        }
        if let known { return known }
        let reference = try Reference.newest(tx, deployment: monitor.deployment, version: version)
        remember(tx, monitor) { $0.newest[version] = .some(reference) }
        return reference
    }

    /// The reference of a number.
    func reference(_ tx: Transaction, _ monitor: Monitor, number: Int64) throws -> Reference? {
        let known = kept.withLock { kept in
            kept[monitor.deployment].flatMap { $0.revision == monitor.revision ? $0.numbered[number] : nil }
        }
        if let known { return known }
        guard let reference = try Reference.numbered(tx, number) else { return nil }
        remember(tx, monitor) { $0.numbered[number] = reference }
        return reference
    }

    private func remember(_ tx: Transaction, _ monitor: Monitor, _ change: @escaping @Sendable (inout Kept) -> Void) {
        tx.onCommit { [self] in
            kept.withLock { kept in
                guard var entry = kept[monitor.deployment], entry.revision == monitor.revision else { return }
                // A deployment sees few versions in a day; a flood of them starts over.
                if entry.newest.count + entry.numbered.count > 200 {
                    entry.newest = [:]
                    entry.numbered = [:]
                }
                change(&entry)
                kept[monitor.deployment] = entry
            }
        }
    }
}
