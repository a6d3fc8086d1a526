public import Basics
import Storage

/// What a walk along the whole chain of events found.
public struct EventVerification: Sendable, Hashable {
    /// How many events were checked.
    public let events: Int64
    /// The hash of the last.
    public let head: String
    /// The first event that does not fit, and why; `nil` for a whole chain.
    public let fault: String?

    /// The result as the API shows it.
    public var json: JSON {
        ["ok": .bool(fault == nil), "events": .int(events), "head": .string(head), "fault": JSON(fault)]
    }
}

extension Ledger {
    /// Recomputes every hash, and looks for gaps.
    ///
    /// - Complexity: O(*n*) for *n* events, in bounded memory.
    public func verify() async throws -> EventVerification {
        let expectedHead = try await head()
        var at: Int64 = 0
        var hash = ""
        while true {
            let page = try await events(after: at, limit: 1000)
            for event in page {
                guard event.sequence == at + 1 else {
                    return EventVerification(events: at, head: hash, fault: "event \(at + 1) is missing")
                }
                let expected = Event.hash(
                    after: hash,
                    sequence: event.sequence,
                    time: event.time,
                    eventTime: event.eventTime,
                    actor: event.actor,
                    kind: event.kind,
                    subject: event.subject,
                    payload: event.payload
                )
                guard expected == event.hash else {
                    return EventVerification(
                        events: at,
                        head: hash,
                        fault: "event \(event.sequence) (\(event.kind)) was changed: its hash does not fit"
                    )
                }
                (at, hash) = (event.sequence, event.hash)
            }
            if page.isEmpty { break }
        }
        let (reached, reachedHash) = (at, hash)
        let fault = try await database.read { tx -> String? in
            guard let head = try tx.row("SELECT sequence, hash FROM event_head WHERE id = 0") else {
                return "the head is missing"
            }
            let last = try head.int("sequence")
            if reached < expectedHead { return "event \(reached + 1) is missing" }
            // Events that were appended while we read lie behind what was checked, and are not a fault.
            if last == reached, try head.text("hash") != reachedHash {
                return "the head's hash is not that of the last event"
            }
            return last < reached ? "the head is behind the last event" : nil
        }
        return EventVerification(events: at, head: hash, fault: fault)
    }
}
