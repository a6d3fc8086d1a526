import Basics

/// One thing that applying a project file would do.
struct PlannedChange: Sendable, Hashable {
    enum Action: String, Sendable { case create, update, delete, keep }

    /// `dataset`, `pipeline`, `model` or `project`.
    let kind: String
    let name: String
    let action: Action
    /// For an update, each value that differs: its path, what it was, what it will be.
    let differences: [Difference]

    struct Difference: Sendable, Hashable {
        let path: String
        let from: JSON
        let to: JSON
    }

    var json: JSON {
        [
            "kind": .string(kind), "name": .string(name), "action": .string(action.rawValue),
            "diff": .array(differences.map { ["path": .string($0.path), "from": $0.from, "to": $0.to] }),
        ]
    }
}

/// Compares what a server holds with what a file declares.
enum PlanDiff {
    /// Kinds in the order in which plans show them.
    private static let kinds = ["project", "dataset", "pipeline", "model"]

    /// What would change, kept things included.
    ///
    /// - Parameters:
    ///   - held: What the server holds, by kind and name.
    ///   - wanted: What the file declares.
    static func changes(from held: [String: [String: JSON]], to wanted: [String: [String: JSON]]) -> [PlannedChange] {
        kinds.flatMap { kind in
            let (before, after) = (held[kind] ?? [:], wanted[kind] ?? [:])
            return Set(before.keys).union(after.keys).sorted().map { name in
                switch (before[name], after[name]) {
                case (nil, _): PlannedChange(kind: kind, name: name, action: .create, differences: [])
                case (_, nil): PlannedChange(kind: kind, name: name, action: .delete, differences: [])
                case (let old?, let new?):
                    PlannedChange(
                        kind: kind,
                        name: name,
                        action: old == new ? .keep : .update,
                        differences: differences(old, new, path: "")
                    )
                }
            }
        }
    }

    /// The values that differ, each once, at the deepest path that tells them apart.
    static func differences(_ old: JSON, _ new: JSON, path: String) -> [PlannedChange.Difference] {
        switch (old, new) {
        case (.object(let a), .object(let b)):
            return (a.keys + b.keys.filter { a[$0] == nil }).flatMap { key in
                differences(a[key] ?? nil, b[key] ?? nil, path: path.isEmpty ? key : "\(path).\(key)")
            }
        case (.array(let a), .array(let b)) where a.count == b.count:
            return zip(a, b).enumerated().flatMap { differences($1.0, $1.1, path: "\(path)[\($0)]") }
        case _ where old == new: return []
        default: return [PlannedChange.Difference(path: path, from: old, to: new)]
        }
    }
}
