import Basics
import Storage
import Tracking

/// A search of registered models or versions: filter, order, page.
struct RegistrySearch: Sendable {
    let filter: String
    let order: [String]
    let limit: Int
    let token: String?

    private static let models: [String: Attribute] = [
        "name": Attribute("m.name", .text), "creation_timestamp": Attribute("m.created", .number),
        "timestamp": Attribute("m.updated", .number), "last_updated_timestamp": Attribute("m.updated", .number),
    ]
    private static let versions: [String: Attribute] = [
        "name": Attribute("v.name", .text), "version_number": Attribute("v.version", .number),
        "run_id": Attribute("v.run_id", .text), "source_path": Attribute("v.source", .text, lists: false),
        "creation_timestamp": Attribute("v.created", .number),
        "last_updated_timestamp": Attribute("v.updated", .number),
    ]
    private static let promptKey = "mlflow.prompt.is_prompt"

    func models(_ tx: Transaction) throws -> (models: [RegisteredModel], next: String?) {
        var text = SQLText()
        var prompts = false
        for condition in try FilterParser.conditions(filter) {
            prompts = prompts || condition.field.key == Self.promptKey
            if try Self.isTag(condition.field) {
                try condition.check(Comparator.optionalText)
                // A search for what is no prompt finds models that have no such tag at all.
                if condition.isNoPrompt {
                    text.require(
                        "NOT EXISTS (SELECT 1 FROM registered_model_tags p WHERE p.name = m.name AND p.key = '\(Self.promptKey)' AND lower(p.value) = 'true')"
                    )
                    continue
                }
                try text.compareKeyed(
                    table: "registered_model_tags",
                    owner: "@.name = m.name",
                    indexed: false,
                    condition
                )
            } else {
                guard condition.field.key == "name" else {
                    throw MartletError(.invalidArgument, "Invalid attribute name: \(condition.field.key)")
                }
                try text.compare(try Self.models.attribute(condition.field), condition)
            }
        }
        if !prompts {
            text.require(
                "NOT EXISTS (SELECT 1 FROM registered_model_tags p WHERE p.name = m.name AND p.key = '\(Self.promptKey)' AND lower(p.value) = 'true')"
            )
        }
        let keys = try keys(Self.models, fallback: [SortKey("m.name")], unique: [SortKey("m.name")])
        let page = try Page(token: token, order: keys, limit: limit, query: "registered models \(filter)")
        let statement = page.statement("m.*", from: "registered_models m", text)
        let (rows, next) = page.split(try tx.rows(statement.sql, values: statement.values))
        return (try RegisteredModelTable.full(tx, rows), next)
    }

    func versions(_ tx: Transaction) throws -> (versions: [ModelVersion], next: String?) {
        var text = SQLText()
        text.require("v.stage <> 'Deleted'")
        for condition in try FilterParser.conditions(filter) {
            if try Self.isTag(condition.field) {
                try condition.check(Comparator.optionalText)
                try text.compareKeyed(
                    table: "model_version_tags",
                    owner: "@.name = v.name AND @.version = v.version",
                    indexed: false,
                    condition
                )
            } else {
                try text.compare(try Self.versions.attribute(condition.field), condition)
            }
        }
        let unique = [SortKey("v.name"), SortKey("v.version", descending: true)]
        let keys = try keys(Self.versions, fallback: [SortKey("v.updated", descending: true)], unique: unique)
        let page = try Page(token: token, order: keys, limit: limit, query: "versions \(filter)")
        let statement = page.statement("v.*", from: "model_versions v", text)
        let (rows, next) = page.split(try tx.rows(statement.sql, values: statement.values))
        return (try VersionTable.full(tx, rows), next)
    }

    private func keys(_ attributes: [String: Attribute], fallback: [SortKey], unique: [SortKey]) throws -> [SortKey] {
        var keys: [SortKey] = []
        for clause in order {
            let (field, descending) = try FilterParser.order(clause)
            guard !keys.contains(where: { $0.expression == attributes[field.key]?.expression }) else {
                throw MartletError(.invalidArgument, "`order_by` contains duplicate fields: \(order)")
            }
            keys.append(SortKey(try attributes.attribute(field).expression, descending: descending))
        }
        if keys.isEmpty { keys = fallback }
        return keys + unique
    }

    private static func isTag(_ field: FieldName) throws -> Bool {
        switch field.entity {
        case "tag", "tags": return true
        case nil, "attribute", "attributes", "attr": return false
        case .some(let entity):
            throw MartletError(
                .invalidArgument,
                "Invalid entity type '\(entity)'. Valid values are ['attribute', 'tag']"
            )
        }
    }
}

extension Condition {
    fileprivate var isNoPrompt: Bool {
        field.key == "mlflow.prompt.is_prompt" && comparator == .notEqual && operand == .text("true")
    }
}
