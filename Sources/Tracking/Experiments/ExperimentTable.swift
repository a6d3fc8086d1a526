import Basics
import Storage

/// Reads and writes of the table of experiments.
enum ExperimentTable {
    /// The number that an experiment's id stands for.
    static func number(_ id: String) throws -> Int64 {
        guard let number = Int64(id) else {
            throw MartletError(
                .invalidArgument,
                "Invalid experiment ID '\(id.prefix(100))'. Experiment ID must be a valid integer."
            )
        }
        return number
    }

    static func experiment(_ row: Row, tags: [KeyValue]) throws -> Experiment {
        Experiment(
            id: String(try row.int("id")),
            name: try row.text("name"),
            artifactLocation: try row.text("artifact_location"),
            lifecycle: LifecycleStage(rawValue: try row.text("lifecycle_stage")) ?? .active,
            created: try row.timestamp("created"),
            updated: try row.timestamp("updated"),
            tags: tags
        )
    }

    /// An experiment, deleted or not.
    static func get(_ tx: Transaction, _ id: String) throws -> Experiment {
        guard let row = try tx.row("SELECT * FROM experiments WHERE id = $1", try number(id)) else {
            throw ProtocolError.noExperiment(id)
        }
        return try experiment(row, tags: try tags(tx, [try row.int("id")])[try row.int("id")] ?? [])
    }

    /// An experiment that is not deleted.
    static func active(_ tx: Transaction, _ id: String) throws -> Experiment {
        let experiment = try get(tx, id)
        guard experiment.lifecycle == .active else {
            throw MartletError(
                .invalidArgument,
                "The experiment \(id) must be in the 'active' state. Current state is \(experiment.lifecycle.rawValue)."
            )
        }
        return experiment
    }

    /// The experiment of a name, deleted or not.
    static func find(_ tx: Transaction, name: String) throws -> Experiment? {
        guard let row = try tx.row("SELECT id FROM experiments WHERE name = $1", name) else { return nil }
        return try get(tx, String(try row.int("id")))
    }

    /// The tags of experiments, by their numbers.
    static func tags(_ tx: Transaction, _ numbers: [Int64]) throws -> [Int64: [KeyValue]] {
        var tags: [Int64: [KeyValue]] = [:]
        try tx.eachOf(
            numbers,
            "SELECT experiment, key, value FROM experiment_tags WHERE experiment IN (@) ORDER BY key"
        ) {
            row in
            tags[try row.int("experiment"), default: []]
                .append(KeyValue(key: try row.text("key"), value: try row.text("value")))
        }
        return tags
    }

    static func setTag(_ tx: Transaction, _ number: Int64, _ tag: KeyValue) throws {
        try tx.execute(
            """
            INSERT INTO experiment_tags (experiment, key, value) VALUES ($1, $2, $3)
            ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value
            """,
            number,
            tag.key,
            tag.value
        )
    }

    static func touch(_ tx: Transaction, _ id: String, _ now: Timestamp) throws {
        try tx.execute("UPDATE experiments SET updated = $1 WHERE id = $2", now, try number(id))
    }
}
