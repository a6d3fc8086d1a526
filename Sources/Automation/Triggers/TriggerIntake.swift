import Basics
import Ledger
import Storage

/// Reads the event log for triggers: an event and what it asks for are one transaction, so a crash neither loses nor doubles it.
struct TriggerIntake: Sendable {
    let ledger: Ledger
    let world: World

    /// The reader of the event log.
    var reader: EventReader {
        EventReader("triggers", ledger: ledger, kinds: TriggerSpec.observedKinds) { [self] event, tx in
            for spec in try StoredSpec.all(tx) {
                for trigger in spec.triggers where trigger.matches(event) {
                    try consider(trigger, tx, event: event, time: event.effectiveTime, key: "event:\(event.sequence)")
                }
            }
        }
    }

    /// Has a trigger's schedule fire if it is due. What was missed while the server was away fires once.
    func tick(_ trigger: TriggerSpec, _ tx: Transaction, now: Timestamp) throws {
        guard case .schedule(let line) = trigger.source else { return }
        var state = try TriggerTable.state(tx, trigger.name)
        guard let since = state.checkedUntil else {
            // New: from now on.
            state.checkedUntil = now
            return try TriggerTable.save(tx, trigger.name, state)
        }
        let cron = try CronLine(line)
        guard let first = cron.next(after: since), first <= now else { return }
        var due = first
        while let later = cron.next(after: due), later <= now { due = later }
        state.checkedUntil = now
        try TriggerTable.save(tx, trigger.name, state)
        try consider(trigger, tx, event: nil, time: due, key: "schedule:\(due.iso8601)")
    }

    private func consider(_ trigger: TriggerSpec, _ tx: Transaction, event: Event?, time: Timestamp, key: String) throws
    {
        var state = try TriggerTable.state(tx, trigger.name)
        let sibling = try event.flatMap {
            try TriggerTable.sibling(
                tx,
                project: trigger.project,
                pipeline: trigger.pipeline,
                event: $0.sequence
            )
        }
        let decision = TriggerDecision.decide(
            trigger,
            at: time,
            lastFired: state.lastFired,
            sibling: sibling,
            queued: try TriggerTable.queued(tx, project: trigger.project, pipeline: trigger.pipeline)
        )
        var payload: JSON = [
            "trigger": .string(trigger.name), "project": .string(trigger.project),
            "pipeline": .string(trigger.pipeline), "event": JSON(event?.sequence),
        ]
        let kind: String
        switch decision {
        case .fire:
            kind = "trigger.fired"
            state.fired += 1
            state.lastFired = time
            state.lastEvent = event?.sequence
            let intent = TriggerIntent(
                id: world.orderedID(),
                trigger: trigger,
                eventSequence: event?.sequence,
                eventTime: time,
                key: "\(trigger.name) \(key)",
                created: world.now()
            )
            try TriggerTable.insert(tx, intent)
        case .coalesce(let queued, let reason):
            kind = "trigger.skipped"
            try TriggerTable.absorb(tx, id: queued, eventTime: time)
            payload["reason"] = .string(reason)
            payload["coalesced"] = true
            state.skipped += 1
            state.lastSkip = reason
            // A run answers this event too, so the cool-down begins.
            state.lastFired = time
        case .served(let reason):
            kind = "trigger.skipped"
            payload["reason"] = .string(reason)
            state.skipped += 1
            state.lastSkip = reason
            state.lastFired = time
        case .skip(let reason):
            kind = "trigger.skipped"
            payload["reason"] = .string(reason)
            state.skipped += 1
            state.lastSkip = reason
        }
        try TriggerTable.save(tx, trigger.name, state)
        try ledger.append(
            tx,
            kind: kind,
            subject: "pipeline:\(trigger.project)/\(trigger.pipeline)",
            actor: "trigger:\(trigger.name)",
            payload: payload,
            eventTime: event?.eventTime
        )
    }
}
