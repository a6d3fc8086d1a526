import Basics
import Ledger
import Storage

/// Results that stand for work done before.
struct StepCache: Sendable {
    let context: RunContext

    /// What an entry holds.
    struct Entry: Sendable {
        let outputs: JSON
        let origin: String
        let mlflowRun: String?
        let modelVersion: Int?
    }

    /// The key of a step's work: code, what the step declares, inputs, params, environment. Names of runs and times are not in
    /// it, so a step that reads the run's event time says `cache: false`.
    static func key(_ step: StepSpec, params: JSONObject, code: String, inputs: [RunContext.Input], lock: String)
        -> String
    {
        var declared = step
        // These say how it runs, not what comes out.
        declared.resources = StepSpec.Resources()
        declared.retries = 0
        declared.timeout = StepSpec.defaultTimeout
        declared.cache = true
        declared.after = []
        declared.params = params
        let parts: JSON = [
            "contract": 1, "code": .string(code), "step": declared.json, "environment": .string(lock),
            "inputs": .array(inputs.map { [.string($0.name), .string($0.digest), .bool($0.isFile)] }),
        ]
        return Digest.sha256(parts.canonicalBytes())
    }

    /// The entry of a key, if all that it names is still there.
    func find(_ key: String) async throws -> Entry? {
        let p = context.pipelines
        let entry = try await p.database.read { tx in
            try tx.row("SELECT * FROM step_cache WHERE key = $1", key).map { row in
                Entry(
                    outputs: try row.json("outputs"),
                    origin: try row.text("origin"),
                    mlflowRun: row.textOrNil("mlflow_run"),
                    modelVersion: row.intOrNil("model_version").map { Int($0) }
                )
            }
        }
        guard let entry else { return nil }
        for output in entry.outputs.array ?? [] {
            guard let digest = output["digest"]?.string, p.blobs.exists(digest),
                let tree = try? await p.blobs.tree(digest), tree.files.allSatisfy({ p.blobs.exists($0.blob.digest) })
            else { return nil }
        }
        return entry
    }

    static func store(_ tx: Transaction, _ key: String, _ entry: Entry, _ now: Timestamp) throws {
        try tx.execute(
            """
            INSERT INTO step_cache (key, outputs, origin, mlflow_run, model_version, created) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (key) DO UPDATE SET outputs = excluded.outputs, origin = excluded.origin,
                mlflow_run = excluded.mlflow_run, model_version = excluded.model_version, created = excluded.created
            """,
            key,
            entry.outputs,
            entry.origin,
            entry.mlflowRun,
            entry.modelVersion,
            now
        )
    }

    /// Lets an entry stand for a step of this run.
    func use(_ entry: Entry, for step: StepSpec, model: String? = nil) async throws {
        let (p, run) = (context.pipelines, context.run)
        let address = context.address(step.name, 0)
        try await p.database.write { tx in
            let now = p.world.now()
            let changed = try tx.execute(
                """
                UPDATE pipeline_steps SET phase = 'cached', outputs = $1, origin = $2, mlflow_run = $3, model = $4,
                    model_version = $5, error = NULL, started = $6, finished = $6
                WHERE run = $7 AND name = $8 AND phase IN ('pending', 'queued')
                """,
                entry.outputs,
                entry.origin,
                entry.mlflowRun,
                model,
                entry.modelVersion,
                now,
                run.id,
                step.name
            )
            guard changed == 1 else { return }
            try p.ledger.append(
                tx,
                kind: "step.finished",
                subject: address,
                actor: "pipeline:\(run.id)",
                payload: [
                    "pipeline": .string(run.pipeline), "step": .string(step.name), "status": "cached", "cached": true,
                    "seconds": 0, "origin": .string(entry.origin),
                ],
                eventTime: run.eventTime
            )
            try p.ledger.relate(
                tx,
                run.address,
                .used,
                entry.origin,
                attributes: ["step": .string(step.name), "cached": true]
            )
        }
    }
}
