package import Basics
import Storage

/// Which lifecycle stages a search shows.
package enum ViewType: String, Sendable {
    case active = "ACTIVE_ONLY"
    case deleted = "DELETED_ONLY"
    case all = "ALL"

    /// The view that a request names, by name or by protobuf's number.
    package init(field: JSON?) throws {
        switch field {
        case nil: self = .active
        case .int(let number): self = number == 2 ? .deleted : number == 3 ? .all : .active
        case .some(let value):
            guard let view = value.string.flatMap(ViewType.init(rawValue:)) else {
                throw ProtocolError.invalid("view_type", value, "one of ACTIVE_ONLY, DELETED_ONLY, ALL")
            }
            self = view
        }
    }

    /// The stages, as the tables hold them.
    package var stages: [String] {
        switch self {
        case .active: ["active"]
        case .deleted: ["deleted"]
        case .all: ["active", "deleted"]
        }
    }
}

/// `experiments/search`.
struct ExperimentSearch: Sendable {
    let filter: String
    let view: ViewType
    let order: [String]
    let limit: Int
    let token: String?

    private static let attributes: [String: Attribute] = [
        "name": Attribute("e.name", .text),
        "experiment_id": Attribute("e.id", .number),
        "creation_time": Attribute("e.created", .number),
        "last_update_time": Attribute("e.updated", .number),
    ]

    func run(_ tx: Transaction) throws -> (experiments: [Experiment], next: String?) {
        var text = SQLText()
        text.require(text.isIn("e.lifecycle_stage", view.stages))
        for condition in try FilterParser.conditions(filter) { try compile(condition, &text) }
        let page = try Page(
            token: token,
            order: try keys(),
            limit: limit,
            query: "experiments \(filter) \(view.rawValue)"
        )
        let statement = page.statement("e.*", from: "experiments e", text)
        let (rows, next) = page.split(try tx.rows(statement.sql, values: statement.values))
        let tags = try ExperimentTable.tags(tx, try rows.map { try $0.int("id") })
        return (try rows.map { try ExperimentTable.experiment($0, tags: tags[try $0.int("id")] ?? []) }, next)
    }

    private func compile(_ condition: Condition, _ text: inout SQLText) throws {
        switch condition.field.entity {
        case "tag", "tags":
            try condition.check(Comparator.optionalText)
            try text.compareKeyed(table: "experiment_tags", owner: "@.experiment = e.id", indexed: false, condition)
        case nil, "attribute", "attributes", "attr":
            try text.compare(try Self.attributes.attribute(condition.field), condition.withIDsAsNumbers())
        case .some(let entity):
            throw MartletError(
                .invalidArgument,
                "Invalid entity type '\(entity)'. Valid values are ['attribute', 'tag']"
            )
        }
    }

    private func keys() throws -> [SortKey] {
        var keys: [SortKey] = []
        for clause in order {
            let (field, descending) = try FilterParser.order(clause)
            keys.append(SortKey(try Self.attributes.attribute(field).expression, descending: descending))
        }
        // MLflow's order where none is asked for: the newest first.
        if order.isEmpty { return [SortKey("e.created", descending: true), SortKey("e.id")] }
        return keys + [SortKey("e.id", descending: true)]
    }
}

extension Condition {
    /// An experiment's id is a number inside and a text in filters.
    fileprivate func withIDsAsNumbers() throws -> Condition {
        guard field.key == "experiment_id", case .text(let id) = operand else { return self }
        return Condition(field: field, comparator: comparator, operand: .number(String(try ExperimentTable.number(id))))
    }
}
