import Basics
import Ledger
import Storage

/// Reads of the datasets that runs used.
enum InputTable {
    static func each(_ tx: Transaction, _ runs: [Int64], _ body: (Int64, DatasetInput) -> Void) throws {
        var tags: [String: [KeyValue]] = [:]
        try tx.eachOf(runs, "SELECT run, dataset, key, value FROM run_dataset_tags WHERE run IN (@) ORDER BY key") {
            row in
            tags["\(try row.int("run")) \(try row.text("dataset"))", default: []]
                .append(KeyValue(key: try row.text("key"), value: try row.text("value")))
        }
        try tx.eachOf(
            runs,
            """
            SELECT u.run, d.* FROM run_datasets u JOIN input_datasets d ON d.id = u.dataset
            WHERE u.run IN (@) ORDER BY d.name, d.digest
            """
        ) { row in
            let run = try row.int("run")
            body(
                run,
                DatasetInput(
                    name: try row.text("name"),
                    digest: try row.text("digest"),
                    sourceType: try row.text("source_type"),
                    source: try row.text("source"),
                    schema: row.textOrNil("schema"),
                    profile: row.textOrNil("profile"),
                    tags: tags["\(run) \(try row.text("id"))"] ?? []
                )
            )
        }
    }
}

extension Tracking {
    func logInputs(_ tx: Transaction, run id: String, datasets: [DatasetInput], models: [String]) throws {
        let run = try RunTable.active(tx, id)
        let experiment = try ExperimentTable.number(run.experimentID)
        for input in datasets {
            try tx.execute(
                """
                INSERT INTO input_datasets (id, experiment, name, digest, source_type, source, schema, profile)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (experiment, name, digest) DO NOTHING
                """,
                world.uuid(),
                experiment,
                input.name,
                input.digest,
                input.sourceType,
                input.source,
                input.schema,
                input.profile
            )
            let row = try tx.row(
                "SELECT id FROM input_datasets WHERE experiment = $1 AND name = $2 AND digest = $3",
                experiment,
                input.name,
                input.digest
            )
            guard let dataset = try row?.text("id") else { continue }
            try tx.execute(
                "INSERT INTO run_datasets (run, dataset) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                run.number,
                dataset
            )
            for tag in input.tags {
                try tx.execute(
                    "INSERT INTO run_dataset_tags (run, dataset, key, value) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                    run.number,
                    dataset,
                    tag.key,
                    tag.value
                )
            }
            try ledger.relate(tx, "run:\(id)", .used, "dataset:\(input.name)@\(input.digest)")
        }
        for model in models {
            try link(tx, run: run, "input", model: model, step: 0)
            try ledger.relate(tx, "run:\(id)", .used, "logged_model:\(model)")
        }
    }

    func logOutputs(_ tx: Transaction, run id: String, models: [ModelOutput]) throws {
        let run = try RunTable.active(tx, id)
        for output in models {
            try link(tx, run: run, "output", model: output.model, step: output.step)
            try ledger.relate(tx, "logged_model:\(output.model)", .wasGeneratedBy, "run:\(id)")
        }
    }

    private func link(_ tx: Transaction, run: RunInfo, _ direction: String, model: String, step: Int64) throws {
        try tx.execute(
            """
            INSERT INTO run_models (run, direction, model, step) VALUES ($1, $2, $3, $4)
            ON CONFLICT (run, direction, model) DO UPDATE SET step = excluded.step
            """,
            run.number,
            direction,
            model,
            step
        )
    }

    /// The datasets that runs of experiments used, each with its context.
    func datasetSummaries(_ tx: Transaction, experiments: [String]) throws -> JSON {
        let numbers = try experiments.map { try ExperimentTable.number($0) }
        var summaries: [JSON] = []
        try tx.eachOf(
            numbers,
            """
            SELECT DISTINCT d.experiment, d.name, d.digest, t.value AS context FROM input_datasets d
            JOIN run_datasets u ON u.dataset = d.id
            LEFT JOIN run_dataset_tags t ON t.run = u.run AND t.dataset = d.id AND t.key = 'mlflow.data.context'
            WHERE d.experiment IN (@) ORDER BY d.experiment, d.name, d.digest LIMIT 1000
            """
        ) { row in
            var summary: JSON = [
                "experiment_id": .string(String(try row.int("experiment"))), "name": .string(try row.text("name")),
                "digest": .string(try row.text("digest")),
            ]
            if let context = row.textOrNil("context") { summary["context"] = .string(context) }
            summaries.append(summary)
        }
        return summaries.isEmpty ? [:] : ["dataset_summaries": .array(summaries)]
    }
}
