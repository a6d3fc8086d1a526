import Basics
import Ledger
import Storage

/// Turns the registration of a version by a pipeline into a promotion: one for each event, whatever crashes.
struct PromotionIntake: Sendable {
    let ledger: Ledger
    let world: World

    /// The reader of the event log.
    var reader: EventReader {
        let world = world
        return EventReader("promotions", ledger: ledger, kinds: ["model_version.registered"]) { event, tx in
            guard let promotion = try Self.promotion(event, tx, world: world) else { return }
            try PromotionTable.insert(tx, promotion)
        }
    }

    /// The promotion that an event asks for; `nil` where no gates are declared for the model.
    private static func promotion(_ event: Event, _ tx: Transaction, world: World) throws -> Promotion? {
        guard let model = event.payload["name"]?.string, let version = event.payload["version"]?.int,
            let declared = try StoredSpec.model(tx, named: model), declared.model.promote != nil
        else { return nil }
        return Promotion(
            id: world.orderedID(),
            model: model,
            version: Int(version),
            project: event.payload["project"]?.string ?? declared.project,
            pipelineRun: event.payload["pipeline_run"]?.string,
            eventSequence: event.sequence,
            eventTime: event.eventTime ?? event.payload["event_time"]?.string.flatMap(Timestamp.init(iso8601:)),
            requestedBy: event.actor,
            created: world.now()
        )
    }
}
