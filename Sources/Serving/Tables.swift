import Basics
import Storage

/// The statements on the table of deployments.
enum DeploymentTable {
    static func all(_ tx: Transaction) throws -> [Deployment] {
        try tx.rows("SELECT * FROM deployments ORDER BY name").map(Deployment.init)
    }

    static func named(_ name: String, _ tx: Transaction) throws -> Deployment? {
        try tx.row("SELECT * FROM deployments WHERE name = $1", name).map(Deployment.init)
    }

    static func want(
        _ name: String,
        model: String,
        version: Int,
        spec: DeploymentSpec,
        reason: String,
        actor: String,
        at time: Timestamp,
        _ tx: Transaction
    ) throws {
        try tx.execute(
            """
            INSERT INTO deployments (name, generation, model, version, spec, reason, actor, switched, status)
            VALUES ($1, 1, $2, $3, $4, $5, $6, $7, 'starting')
            ON CONFLICT (name) DO UPDATE SET generation = deployments.generation + 1, model = excluded.model,
                version = excluded.version, spec = excluded.spec, reason = excluded.reason, actor = excluded.actor,
                switched = excluded.switched, status = 'starting', problem = NULL
            """,
            name,
            model,
            version,
            spec.json,
            reason,
            actor,
            time
        )
    }

    /// Notes that a generation serves. Answers whether that is news: not where it served before the server restarted, nor
    /// where a newer one is wanted by now and this one serves for the time being.
    static func serves(_ name: String, _ target: Deployment.Target, _ tx: Transaction) throws -> Bool {
        try tx.execute(
            """
            UPDATE deployments SET served_generation = $2, served_model = $3, served_version = $4, served_spec = $5
            WHERE name = $1
            """,
            name,
            target.generation,
            target.model,
            target.version,
            target.spec.json
        )
        return try tx.execute(
            "UPDATE deployments SET status = 'ready', problem = NULL WHERE name = $1 AND generation = $2 AND status <> 'ready'",
            name,
            target.generation
        ) > 0
    }

    static func failed(_ name: String, generation: Int64, problem: String, _ tx: Transaction) throws -> Bool {
        try tx.execute(
            "UPDATE deployments SET status = 'failed', problem = $3 WHERE name = $1 AND generation = $2 AND status = 'starting'",
            name,
            generation,
            problem
        ) > 0
    }
}
