public import Basics
internal import Ledger
public import Storage

/// What applying a project's declaration does to a dataset.
public struct DatasetChange: Sendable, Hashable {
    /// The kinds of change.
    public enum Kind: String, Sendable, Hashable {
        /// The dataset is new.
        case create
        /// Its declaration differs.
        case update
        /// The project does not declare it any more; its versions stay.
        case remove
    }

    /// The dataset's name.
    public let name: String
    /// What happens.
    public let kind: Kind
    /// The declaration before and after; null where there is none.
    public let before: JSON
    /// The declaration afterwards.
    public let after: JSON
}

extension Datasets {
    /// What declaring these datasets would change; nothing when it is repeated.
    ///
    /// - Throws: `alreadyExists` where another project declares a dataset of the same name.
    public func changes(project: String, specs: [DatasetSpec]) async throws -> [DatasetChange] {
        try await database.read { tx in try Self.changes(tx, project: project, specs: specs) }
    }

    /// Declares all datasets of a project, in the transaction that applies the project.
    ///
    /// - Returns: What changed; one event `dataset.declared` each.
    /// - Throws: `alreadyExists` where another project declares a dataset of the same name.
    @discardableResult
    public func declare(
        _ tx: Transaction,
        project: String,
        specs: [DatasetSpec],
        actor: String
    ) throws -> [DatasetChange] {
        let changes = try Self.changes(tx, project: project, specs: specs)
        for change in changes {
            switch change.kind {
            case .create, .update:
                try tx.execute(
                    """
                    INSERT INTO datasets (name, project, declared, spec, updated) VALUES ($1, $2, 1, $3, $4)
                    ON CONFLICT (name) DO UPDATE SET project = excluded.project, declared = 1, spec = excluded.spec,
                        updated = excluded.updated
                    """,
                    change.name,
                    project,
                    change.after,
                    world.now()
                )
            case .remove:
                try tx.execute(
                    "UPDATE datasets SET declared = 0, updated = $1 WHERE name = $2",
                    world.now(),
                    change.name
                )
            }
            try ledger.append(
                tx,
                kind: "dataset.declared",
                subject: "dataset:\(change.name)",
                actor: actor,
                payload: [
                    "dataset": .string(change.name), "project": .string(project),
                    "change": .string(change.kind.rawValue),
                    "spec": change.after,
                ]
            )
        }
        return changes
    }

    private static func changes(_ tx: Transaction, project: String, specs: [DatasetSpec]) throws -> [DatasetChange] {
        let known = try DatasetTables.datasets(tx)
        var changes: [DatasetChange] = []
        for spec in specs.sorted(by: { $0.name < $1.name }) {
            guard let dataset = known.first(where: { $0.name == spec.name }) else {
                changes.append(DatasetChange(name: spec.name, kind: .create, before: nil, after: spec.json))
                continue
            }
            guard dataset.project == project || !dataset.isDeclared else {
                throw MartletError(
                    .alreadyExists,
                    "dataset '\(spec.name)' is declared by project '\(dataset.project)'",
                    hint: "give it another name, or use that one as an input"
                )
            }
            if !dataset.isDeclared {
                changes.append(DatasetChange(name: spec.name, kind: .create, before: nil, after: spec.json))
            } else if dataset.spec != spec {
                changes.append(
                    DatasetChange(name: spec.name, kind: .update, before: dataset.spec.json, after: spec.json)
                )
            }
        }
        let kept = Set(specs.map(\.name))
        for dataset in known where dataset.project == project && dataset.isDeclared && !kept.contains(dataset.name) {
            changes.append(DatasetChange(name: dataset.name, kind: .remove, before: dataset.spec.json, after: nil))
        }
        return changes
    }
}
