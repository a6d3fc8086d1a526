import Basics
import Ledger

/// What a trigger does about an event. Pure: what is known goes in, what is done comes out.
enum TriggerDecision: Sendable, Hashable {
    /// A run is asked for.
    case fire
    /// Nothing is done, and why.
    case skip(String)
    /// A run for this very event is asked for already.
    case served(String)
    /// A run that waits already takes the event up.
    case coalesce(into: String, String)

    /// Decides.
    ///
    /// - Parameters:
    ///   - trigger: The trigger.
    ///   - time: The event's moment in the world.
    ///   - lastFired: When, in event time, the trigger fired before.
    ///   - sibling: What another trigger of the same pipeline asked for, for this very event.
    ///   - queued: The run of the pipeline that is asked for and not started yet.
    static func decide(
        _ trigger: TriggerSpec,
        at time: Timestamp?,
        lastFired: Timestamp?,
        sibling: TriggerIntent?,
        queued: TriggerIntent?
    ) -> TriggerDecision {
        if let sibling {
            return .served(
                "the event started a run of '\(trigger.pipeline)' already, by the trigger '\(sibling.trigger)'"
            )
        }
        if let time, let lastFired, trigger.cooldown > 0 {
            let passed = time.milliseconds - lastFired.milliseconds
            if passed < trigger.cooldown {
                return .skip(
                    "cooling down: it fired for \(lastFired.iso8601), the event is of \(time.iso8601), \(days(trigger.cooldown)) apart asked for"
                )
            }
        }
        if let queued {
            return .coalesce(
                into: queued.id,
                "a run of '\(trigger.pipeline)' waits already and will see this event too"
            )
        }
        return .fire
    }

    private static func days(_ milliseconds: Int64) -> String {
        let days = Double(milliseconds) / 86_400_000
        return days >= 1 ? "\(Figure.text(days)) days" : "\(Figure.text(Double(milliseconds) / 60_000)) minutes"
    }
}

extension TriggerSpec {
    /// Whether an event is one that this trigger waits for.
    func matches(_ event: Event) -> Bool {
        switch source {
        case .dataset(let name):
            guard event.payload["dataset"]?.string == name else { return false }
            // A version that waits for a person is not there yet; when accepted, an event of its own says so.
            return event.kind == "dataset_version.accepted"
                || event.kind == "dataset_version.created" && event.payload["status"]?.string == "accepted"
        case .alert(let deployment):
            return event.kind == "alert.fired" && event.payload["deployment"]?.string == deployment
        case .event(let kind): return event.kind == kind
        case .schedule: return false
        }
    }
}
