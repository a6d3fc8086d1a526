import Basics
import Storage

/// Reads of the table of runs and of what runs logged.
enum RunTable {
    static func info(_ row: Row) throws -> RunInfo {
        RunInfo(
            id: try row.text("id"),
            experimentID: String(try row.int("experiment")),
            name: try row.text("name"),
            userID: try row.text("user_id"),
            status: RunStatus(rawValue: try row.text("status")) ?? .running,
            startTime: try row.timestamp("start_time"),
            endTime: row.timestampOrNil("end_time"),
            artifactURI: try row.text("artifact_uri"),
            lifecycle: LifecycleStage(rawValue: try row.text("lifecycle_stage")) ?? .active,
            number: try row.int("number")
        )
    }

    /// A run, deleted or not.
    static func get(_ tx: Transaction, _ id: String) throws -> RunInfo {
        guard let row = try tx.row("SELECT * FROM runs WHERE id = $1", id) else { throw ProtocolError.noRun(id) }
        return try info(row)
    }

    /// Runs by their numbers, in the order given.
    static func infos(_ tx: Transaction, _ numbers: [Int64]) throws -> [RunInfo] {
        var found: [Int64: RunInfo] = [:]
        try tx.eachOf(numbers, "SELECT * FROM runs WHERE number IN (@)") { row in
            found[try row.int("number")] = try info(row)
        }
        return numbers.compactMap { found[$0] }
    }

    /// A run that is not deleted.
    static func active(_ tx: Transaction, _ id: String) throws -> RunInfo {
        let run = try get(tx, id)
        guard run.lifecycle == .active else { throw notActive(id, run.lifecycle.rawValue) }
        return run
    }

    /// The number of a run that is not deleted: one look at one index, for the hot paths.
    static func activeNumber(_ tx: Transaction, _ id: String) throws -> Int64 {
        guard let row = try tx.rows("SELECT number, lifecycle_stage FROM runs WHERE id = $1", values: [.text(id)]).first
        else { throw ProtocolError.noRun(id) }
        let stage = try row.text("lifecycle_stage")
        guard stage == LifecycleStage.active.rawValue else { throw notActive(id, stage) }
        return try row.int("number")
    }

    static func full(_ tx: Transaction, _ id: String) throws -> Run {
        let runs = try full(tx, [try get(tx, id)])
        guard let run = runs.first else { throw ProtocolError.noRun(id) }
        return run
    }

    /// Runs with what they logged, in the order given: a handful of statements however many runs.
    static func full(_ tx: Transaction, _ infos: [RunInfo]) throws -> [Run] {
        var runs = Dictionary(infos.map { ($0.number, Run(info: $0)) }, uniquingKeysWith: { first, _ in first })
        let numbers = infos.map(\.number)
        try tx.eachOf(
            numbers,
            """
            SELECT m.run, k.name, m.step, m.timestamp, m.value, m.is_nan FROM latest_metrics m
            JOIN metric_keys k ON k.id = m.key WHERE m.run IN (@) ORDER BY k.name
            """
        ) { row in
            runs[try row.int("run")]?.metrics.append(try MetricPoint(row, key: try row.text("name")))
        }
        try tx.eachOf(numbers, "SELECT run, key, value FROM params WHERE run IN (@) ORDER BY key") { row in
            runs[try row.int("run")]?.params.append(KeyValue(key: try row.text("key"), value: try row.text("value")))
        }
        try tx.eachOf(numbers, "SELECT run, key, value FROM tags WHERE run IN (@) ORDER BY key") { row in
            runs[try row.int("run")]?.tags.append(KeyValue(key: try row.text("key"), value: try row.text("value")))
        }
        try InputTable.each(tx, numbers) { run, input in runs[run]?.datasets.append(input) }
        try tx.eachOf(
            numbers,
            "SELECT run, direction, model, step FROM run_models WHERE run IN (@) ORDER BY step, model"
        ) {
            row in
            let (run, model) = (try row.int("run"), try row.text("model"))
            if try row.text("direction") == "input" {
                runs[run]?.models.inputs.append(model)
            } else {
                runs[run]?.models.outputs.append(ModelOutput(model: model, step: try row.int("step")))
            }
        }
        return infos.compactMap { runs[$0.number] }
    }

    private static func notActive(_ id: String, _ stage: String) -> MartletError {
        MartletError(
            .invalidArgument,
            "The run \(id) must be in the 'active' state. Current state is \(stage)."
        )
    }
}
