import Basics
import Storage

/// `logged-models/search`.
struct LoggedModelSearch: Sendable {
    /// A dataset that metrics must have been measured on.
    struct Dataset: Sendable {
        let name: String
        let digest: String?
    }
    /// A term of the order.
    struct Order: Sendable {
        let field: String
        let ascending: Bool
        let dataset: Dataset?
    }

    let experiments: [String]
    let filter: String
    let datasets: [Dataset]
    let order: [Order]
    let limit: Int
    let token: String?

    private static let attributes: [String: Attribute] = [
        "name": Attribute("l.name", .text),
        "model_id": Attribute("l.id", .text),
        "model_type": Attribute("l.model_type", .text),
        "status": Attribute("l.status", .text),
        "source_run_id": Attribute("l.source_run_id", .text),
        "creation_timestamp": Attribute("l.created", .number),
        "creation_time": Attribute("l.created", .number),
        "last_updated_timestamp": Attribute("l.updated", .number),
        "last_updated_time": Attribute("l.updated", .number),
    ]

    func run(_ tx: Transaction) throws -> (models: [LoggedModel], next: String?) {
        var text = SQLText()
        text.require("l.lifecycle_stage = 'active'")
        text.require(text.isIn("l.experiment", try experiments.map { try ExperimentTable.number($0) }))
        let conditions = try FilterParser.conditions(filter)
        for condition in conditions { try compile(condition, &text) }
        if !datasets.isEmpty, !conditions.contains(where: { $0.field.isMetric }) {
            let name = text.alias()
            text.require(
                "EXISTS (SELECT 1 FROM logged_model_metrics \(name) WHERE \(name).model = l.id AND \(on(datasets, name, &text)))"
            )
        }
        var keys: [SortKey] = []
        for term in order { keys += try self.keys(term, &text) }
        if order.isEmpty { keys.append(SortKey("l.created", descending: true)) }
        keys.append(SortKey("l.id"))
        let page = try Page(
            token: token,
            order: keys,
            limit: limit,
            query: "models \(experiments) \(filter) \(datasets)"
        )
        let statement = page.statement("l.*", from: "logged_models l", text)
        let (rows, next) = page.split(try tx.rows(statement.sql, values: statement.values))
        return (try LoggedModelTable.full(tx, rows), next)
    }

    private func compile(_ condition: Condition, _ text: inout SQLText) throws {
        switch condition.field.entity {
        case "tag", "tags":
            try condition.check(Comparator.textual)
            try text.compareKeyed(table: "logged_model_tags", owner: "@.model = l.id", indexed: false, condition)
        case "param", "params", "parameter", "parameters":
            try condition.check(Comparator.textual)
            try text.compareKeyed(table: "logged_model_params", owner: "@.model = l.id", indexed: false, condition)
        case "metric", "metrics":
            try condition.check(Comparator.numeric)
            let name = text.alias()
            let compared = try text.compareNumber("\(name).value", condition)
            let key = text.bind(condition.field.key)
            let measured = datasets.isEmpty ? "" : " AND \(on(datasets, name, &text))"
            text.require(
                "EXISTS (SELECT 1 FROM logged_model_metrics \(name) WHERE \(name).model = l.id AND \(name).key = \(key) AND \(name).is_nan = 0 AND \(compared)\(measured))"
            )
        case nil, "attribute", "attributes", "attr":
            try text.compare(try Self.attributes.attribute(condition.field), condition.withStatusName())
        case .some(let entity):
            throw MartletError(
                .invalidArgument,
                "Invalid entity type '\(entity)'. Valid values are ['attribute', 'metric', 'param', 'tag']"
            )
        }
    }

    private func keys(_ term: Order, _ text: inout SQLText) throws -> [SortKey] {
        let (field, _) = try FilterParser.order(term.field)
        guard field.isMetric else {
            return [SortKey(try Self.attributes.attribute(field).expression, descending: !term.ascending)]
        }
        let name = text.alias()
        let key = text.bind(field.key)
        let measured = term.dataset.map { " AND \(on([$0], name, &text))" } ?? ""
        let value =
            "(SELECT MAX(\(name).value) FROM logged_model_metrics \(name) WHERE \(name).model = l.id AND \(name).key = \(key) AND \(name).is_nan = 0\(measured))"
        return SortKey.optional(value, fallback: "0.0", descending: !term.ascending)
    }

    private func on(_ datasets: [Dataset], _ name: String, _ text: inout SQLText) -> String {
        let cases = datasets.map { dataset in
            let digest = dataset.digest.map { " AND \(name).dataset_digest = \(text.bind($0))" } ?? ""
            return "(\(name).dataset_name = \(text.bind(dataset.name))\(digest))"
        }
        return "(\(cases.joined(separator: " OR ")))"
    }
}

extension FieldName {
    fileprivate var isMetric: Bool { entity == "metric" || entity == "metrics" }
}

extension Condition {
    /// `status = 'READY'` is how filters write it.
    fileprivate func withStatusName() -> Condition {
        guard field.key == "status", case .text(let text) = operand, !text.hasPrefix("LOGGED_MODEL") else {
            return self
        }
        let name = text == "FAILED" ? LoggedModelStatus.failed.rawValue : "LOGGED_MODEL_\(text)"
        return Condition(field: field, comparator: comparator, operand: .text(name))
    }
}
