import Basics
import Ledger
import Storage

/// Moves a model's champion, in one transaction: alias, deployment, lineage. Promotion and rollback both go through here.
struct Switchover: Sendable {
    let ledger: Ledger
    let neighbours: Neighbours

    /// Makes a version the champion.
    ///
    /// - Parameters:
    ///   - tx: The transaction of the decision.
    ///   - model: The model as declared.
    ///   - version: The new champion.
    ///   - reason: Why, in one sentence.
    ///   - because: The address of what decided it.
    ///   - actor: Who decided.
    ///   - eventTime: The moment in the world that the decision is about.
    func move(
        _ tx: Transaction,
        _ model: ModelSpec,
        to version: Int,
        reason: String,
        because: String,
        actor: String,
        eventTime: Timestamp?
    ) throws {
        try neighbours.models.setAlias(tx, model.name, Alias.champion, version, actor)
        if try neighbours.models.aliased(tx, model.name, Alias.challenger) == version {
            try neighbours.models.deleteAlias(tx, model.name, Alias.challenger, actor)
        }
        if let deployment = model.deployment {
            let request = DeployRequest(
                deployment: deployment,
                model: model.name,
                version: version,
                spec: try JSON(parsing: model.deploy ?? "{}"),
                reason: reason,
                actor: actor,
                eventTime: eventTime
            )
            try neighbours.serving.deploy(tx, request)
        }
        try ledger.relate(
            tx,
            "model:\(model.name)/\(version)",
            .wasAttributedTo,
            because,
            attributes: ["alias": .string(Alias.champion), "actor": .string(actor)]
        )
    }
}

/// The aliases that promotion keeps, which the stock client reads as `models:/NAME@champion`.
enum Alias {
    static let champion = "champion"
    static let challenger = "challenger"
}

/// The tags that promotion leaves on a version.
enum Tag {
    static let promotion = "martlet.promotion"
    static let decision = "martlet.decision"
}
