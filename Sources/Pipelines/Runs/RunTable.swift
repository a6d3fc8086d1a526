import Basics
import Storage

/// The statements about runs and their steps.
enum RunTable {
    static func run(_ tx: Transaction, _ id: String) throws -> PipelineRun {
        guard let row = try tx.row("SELECT * FROM pipeline_runs WHERE id = $1", id) else {
            throw MartletError(
                .notFound,
                "there is no pipeline run '\(id.prefix(60))'",
                hint: "martlet status lists them"
            )
        }
        return try PipelineRun(row, steps: steps(tx, id))
    }

    static func steps(_ tx: Transaction, _ run: String) throws -> [StepRun] {
        try tx.rows("SELECT * FROM pipeline_steps WHERE run = $1 ORDER BY position", run).map(StepRun.init)
    }

    static func isCancelled(_ tx: Transaction, _ run: String) throws -> Bool {
        try tx.row("SELECT cancel_requested FROM pipeline_runs WHERE id = $1", run)?.bool("cancel_requested") ?? true
    }

    /// The folder of an attempt, where there is one.
    static func attempt(_ tx: Transaction, _ run: String, _ step: String, _ attempt: Int) throws -> Row? {
        try tx.row(
            "SELECT * FROM pipeline_attempts WHERE run = $1 AND step = $2 AND attempt = $3",
            run,
            step,
            attempt
        )
    }

    /// Which runs to list.
    struct Filter: Sendable {
        var project: String?
        var pipeline: String?
        var isActive: Bool?
        var before: String?
        var limit = 50
    }

    static func runs(_ tx: Transaction, _ filter: Filter) throws -> [PipelineRun] {
        var values: [SQLValue] = [.int(Int64(filter.limit))]
        var conditions = "1 = 1"
        func add(_ condition: String, _ value: String?) {
            guard let value else { return }
            values.append(.text(value))
            conditions += " AND \(condition) $\(values.count)"
        }
        add("project =", filter.project)
        add("pipeline =", filter.pipeline)
        add("id <", filter.before)
        if let isActive = filter.isActive {
            conditions += " AND status \(isActive ? "" : "NOT ")IN ('queued', 'running', 'waiting')"
        }
        return try tx.rows("SELECT * FROM pipeline_runs WHERE \(conditions) ORDER BY id DESC LIMIT $1", values: values)
            .map { row in try PipelineRun(row, steps: steps(tx, row.text("id"))) }
    }
}
