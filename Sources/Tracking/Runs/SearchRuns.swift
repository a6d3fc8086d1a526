import Basics
import Storage

/// `runs/search`: a filter and an order compiled to one statement over the indexes of metrics, params and tags.
struct RunSearch: Sendable {
    let experiments: [String]
    let filter: String
    let view: ViewType
    let order: [String]
    let limit: Int
    let token: String?

    private static let attributes: [String: Attribute] = {
        var attributes: [String: Attribute] = [
            "run_id": Attribute("r.id", .text),
            "run_name": Attribute("r.name", .text),
            "experiment_id": Attribute("r.experiment", .number),
            "user_id": Attribute("r.user_id", .text),
            "status": Attribute("r.status", .text),
            "artifact_uri": Attribute("r.artifact_uri", .text),
            "lifecycle_stage": Attribute("r.lifecycle_stage", .text),
            "start_time": Attribute("r.start_time", .number),
            "end_time": Attribute("r.end_time", .number, optional: true),
        ]
        // Other spellings that MLflow knows.
        for alias in ["created", "Created"] { attributes[alias] = attributes["start_time"] }
        for alias in ["run name", "Run name", "Run Name"] { attributes[alias] = attributes["run_name"] }
        attributes["run_uuid"] = attributes["run_id"]
        return attributes
    }()

    private static let datasetColumns = ["name": "d.name", "digest": "d.digest", "context": "t.value"]

    func run(_ tx: Transaction) throws -> (runs: [Run], next: String?) {
        var text = SQLText()
        text.require(text.isIn("r.experiment", try experiments.map { try ExperimentTable.number($0) }))
        text.require(text.isIn("r.lifecycle_stage", view.stages))
        let terms = try order.map { try FilterParser.order($0) }
        var metrics = JoinedMetrics(
            leading: try terms.first.flatMap { try Entity($0.field) == .metric ? $0.field.key : nil }
        )
        for condition in try FilterParser.conditions(filter) { try compile(condition, &text, &metrics, tx) }
        var keys: [SortKey] = []
        var byStart = false
        for term in terms {
            keys += try self.keys(term.field, descending: term.descending, &text, metrics)
            byStart = byStart || keys.last?.expression == "r.start_time"
        }
        if !byStart { keys.append(SortKey("r.start_time", descending: true)) }
        keys.append(SortKey("r.id"))
        let page = try Page(
            token: token,
            order: keys,
            limit: limit,
            query: "runs \(experiments) \(filter) \(view.rawValue)"
        )
        // Only numbers are sorted: what a run is gets read for the page alone.
        let statement = page.statement("r.number", from: "runs r", text)
        let (rows, next) = page.split(try tx.rows(statement.sql, values: statement.values))
        return (try RunTable.full(tx, try RunTable.infos(tx, try rows.map { try $0.int("number") })), next)
    }

    private func compile(
        _ condition: Condition,
        _ text: inout SQLText,
        _ metrics: inout JoinedMetrics,
        _ tx: Transaction
    ) throws {
        switch try Entity(condition.field) {
        case .metric:
            try condition.check(Comparator.numeric)
            guard case .number = condition.operand else {
                throw MartletError(
                    .invalidArgument,
                    "Expected numeric value type for metric. Found \(condition.operand.found)"
                )
            }
            let key = condition.field.key
            let name = metrics.names[key] ?? joinMetric(key, "JOIN", &text)
            metrics.names[key] = name
            text.require("\(name).is_nan = 0")
            let walksByValue = try metrics.leading == key || Self.isRare(condition, tx)
            text.require(try text.compareNumber(walksByValue ? "\(name).value" : "(\(name).value + 0.0)", condition))
        case .param:
            try condition.check(Comparator.optionalText)
            try text.compareKeyed(table: "params", owner: "@.run = r.number", indexed: true, condition)
        case .tag:
            try condition.check(Comparator.optionalText)
            try text.compareKeyed(table: "tags", owner: "@.run = r.number", indexed: true, condition)
        case .attribute:
            try text.compare(try Self.attributes.attribute(condition.field), condition.withExperimentNumber())
        case .dataset:
            try condition.check(Comparator.listedText)
            guard let column = Self.datasetColumns[condition.field.key] else {
                throw MartletError(
                    .invalidArgument,
                    "Invalid dataset key '\(condition.field.key)' specified. Valid keys are name, digest, context"
                )
            }
            let compared = try text.compareText(column, condition)
            text.require(
                """
                EXISTS (SELECT 1 FROM run_datasets u JOIN input_datasets d ON d.id = u.dataset
                LEFT JOIN run_dataset_tags t ON t.run = u.run AND t.dataset = u.dataset AND t.key = 'mlflow.data.context'
                WHERE u.run = r.number AND \(compared))
                """
            )
        }
    }

    /// Whether few runs meet a condition on a metric. Then they are found by the index on values; else it is cheaper to walk
    /// the runs in their order until the page is full, which an expression in place of the column makes the engines do.
    ///
    /// - Complexity: at most 2,000 steps in one index.
    private static func isRare(_ condition: Condition, _ tx: Transaction) throws -> Bool {
        var text = SQLText()
        text.require("m.key = (SELECT id FROM metric_keys WHERE name = \(text.bind(condition.field.key)))")
        text.require(try text.compareNumber("m.value", condition))
        let sql = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one \(text.source("latest_metrics m")) LIMIT 2000) AS some"
        return try tx.rows(sql, values: text.values).first?.int("n") ?? 0 < 2000
    }

    private func keys(_ field: FieldName, descending: Bool, _ text: inout SQLText, _ metrics: JoinedMetrics) throws
        -> [SortKey]
    {
        switch try Entity(field) {
        case .metric:
            // The filter asks for numbers of this metric: there is nothing to put last.
            if let name = metrics.names[field.key] { return [SortKey("\(name).value", descending: descending)] }
            let name = joinMetric(field.key, "LEFT JOIN", &text)
            // Numbers, then those that are none, then runs without the metric.
            let rank = "CASE WHEN \(name).value IS NULL THEN 2 WHEN \(name).is_nan = 1 THEN 1 ELSE 0 END"
            return [SortKey(rank), SortKey("COALESCE(\(name).value, 0.0)", descending: descending)]
        case .param, .tag:
            let table = try Entity(field) == .param ? "params" : "tags"
            let name = text.alias()
            text.join("LEFT JOIN \(table) \(name) ON \(name).run = r.number AND \(name).key = \(text.bind(field.key))")
            return SortKey.optional("\(name).value", fallback: "''", descending: descending)
        case .attribute:
            let attribute = try Self.attributes.attribute(field)
            return attribute.optional
                ? SortKey.optional(attribute.expression, fallback: "0", descending: descending)
                : [SortKey(attribute.expression, descending: descending)]
        case .dataset: throw MartletError(.invalidArgument, "Invalid order_by entity type 'dataset'")
        }
    }

    private func joinMetric(_ key: String, _ join: String, _ text: inout SQLText) -> String {
        let name = text.alias()
        let number = "(SELECT id FROM metric_keys WHERE name = \(text.bind(key)))"
        text.join("\(join) latest_metrics \(name) ON \(name).run = r.number AND \(name).key = \(number)")
        return name
    }
}

/// The metrics that a search has joined already, by key.
private struct JoinedMetrics {
    /// The metric that the order begins with: its index on values gives the order for nothing.
    let leading: String?
    var names: [String: String] = [:]
}

/// What a field of a run's filter belongs to.
private enum Entity {
    case metric, param, tag, attribute, dataset

    init(_ field: FieldName) throws {
        switch field.entity {
        case "metric", "metrics": self = .metric
        case "param", "params", "parameter", "parameters": self = .param
        case "tag", "tags": self = .tag
        case nil, "attribute", "attributes", "attr", "run": self = .attribute
        case "dataset", "datasets": self = .dataset
        case .some(let entity):
            throw MartletError(
                .invalidArgument,
                "Invalid entity type '\(entity)'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"
            )
        }
    }
}

extension Condition {
    /// An experiment's id is a number inside and a text in filters.
    fileprivate func withExperimentNumber() throws -> Condition {
        guard field.key == "experiment_id", case .text(let id) = operand else { return self }
        return Condition(field: field, comparator: comparator, operand: .number(String(try ExperimentTable.number(id))))
    }
}
