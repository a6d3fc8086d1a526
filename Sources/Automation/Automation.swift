public import Basics
public import Ledger
public import ServiceLifecycle
public import Storage

/// Closes the loop: triggers start pipelines, gates decide which version is the champion, webhooks tell others, and `why`
/// shows what any answer rests on.
///
/// Everything it does, it does as a reader of the event log with a durable cursor, so that a crash at any moment neither
/// loses nor doubles a run, a decision or a delivery.
public final class Automation: Sendable {
    let database: Database
    let ledger: Ledger
    let world: World
    let neighbours: Neighbours
    let promotions: Promotions
    let promotionRunner: PromotionRunner
    let triggerRunner: TriggerRunner
    let webhookRunner: WebhookRunner
    let evidence: Evidence

    /// Opens the room.
    ///
    /// - Parameters:
    ///   - database: Where its tables are, migrated.
    ///   - ledger: The event log and the lineage graph.
    ///   - blobs: Where decisions' documents are kept.
    ///   - world: Time and names.
    ///   - neighbours: The other rooms.
    ///   - settings: What configuration says.
    public convenience init(
        database: Database,
        ledger: Ledger,
        blobs: BlobStore,
        world: World,
        neighbours: Neighbours,
        settings: AutomationSettings = AutomationSettings()
    ) {
        self.init(
            database: database,
            ledger: ledger,
            blobs: blobs,
            world: world,
            neighbours: neighbours,
            settings: settings,
            sender: HTTPWebhookSender(addresses: settings.webhookAddresses)
        )
    }

    init(
        database: Database,
        ledger: Ledger,
        blobs: BlobStore,
        world: World,
        neighbours: Neighbours,
        settings: AutomationSettings,
        sender: any WebhookSender
    ) {
        self.database = database
        self.ledger = ledger
        self.world = world
        self.neighbours = neighbours
        let promoter = Promoter(
            database: database,
            ledger: ledger,
            blobs: blobs,
            world: world,
            neighbours: neighbours
        )
        promotions = Promotions(
            database: database,
            ledger: ledger,
            world: world,
            neighbours: neighbours,
            promoter: promoter
        )
        promotionRunner = PromotionRunner(
            database: database,
            ledger: ledger,
            world: world,
            neighbours: neighbours,
            promoter: promoter
        )
        triggerRunner = TriggerRunner(database: database, ledger: ledger, world: world, neighbours: neighbours)
        webhookRunner = WebhookRunner(
            database: database,
            ledger: ledger,
            world: world,
            sender: sender,
            secrets: settings.environment
        )
        evidence = Evidence(database: database, ledger: ledger, sources: neighbours.evidence)
    }

    /// What runs as long as the server: triggers, gates, webhooks.
    public var services: [any Service] { [triggerRunner, promotionRunner, webhookRunner] }

    /// Makes a project's automation what its file declares; the same again changes nothing.
    ///
    /// - Parameters:
    ///   - tx: The transaction of the apply.
    ///   - spec: What the file says.
    ///   - actor: Who applies it.
    /// - Throws: `conflict` for a model that another project declares.
    public func apply(_ tx: Transaction, _ spec: AutomationSpec, actor: String) throws {
        for other in try StoredSpec.all(tx) where other.project != spec.project {
            let taken = Set(other.models.map(\.name))
            if let clash = spec.models.first(where: { taken.contains($0.name) }) {
                throw MartletError(
                    .conflict,
                    "model '\(clash.name)' is declared by project '\(other.project)' already",
                    hint: "give it another name here, or take it out there"
                )
            }
        }
        let before = try StoredSpec.load(tx, project: spec.project)
        try StoredSpec.save(tx, spec, at: world.now())
        try redeploy(tx, spec, before: before, actor: actor)
        try WebhookTable.declare(
            tx,
            project: spec.project,
            spec.webhooks,
            ledger: ledger,
            world: world,
            actor: actor
        )
    }

    /// Brings deployments to what is declared now: more workers for the champion that is in place, for example.
    private func redeploy(_ tx: Transaction, _ spec: AutomationSpec, before: AutomationSpec?, actor: String) throws {
        for model in spec.models {
            guard let deployment = model.deployment, let text = model.deploy,
                before?.models.first(where: { $0.name == model.name })?.deploy != text,
                let champion = try neighbours.models.aliased(tx, model.name, Alias.champion)
            else { continue }
            let request = DeployRequest(
                deployment: deployment,
                model: model.name,
                version: champion,
                spec: try JSON(parsing: text),
                reason: "the declaration of how it is served changed",
                actor: actor,
                eventTime: nil
            )
            try neighbours.serving.deploy(tx, request)
        }
    }

    /// What a project declared last; `nil` for one that was never applied.
    public func spec(project: String) async throws -> AutomationSpec? {
        try await database.read { tx in try StoredSpec.load(tx, project: project) }
    }
}
