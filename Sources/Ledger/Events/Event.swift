public import Basics
import Storage

/// One entry of the event log: something changed, when, by whom, and what.
public struct Event: Sendable, Hashable {
    /// Its place: 1, 2, 3 … without a gap.
    public let sequence: Int64
    /// When it was appended.
    public let time: Timestamp
    /// When the fact that it tells of happened in the world, where that differs: windows, triggers and cool-downs go by it.
    public let eventTime: Timestamp?
    /// Who or what did it: "client", "cli:ann", "pipeline:ID", "trigger:NAME", "server".
    public let actor: String
    /// What happened, such as `run.finished`.
    public let kind: String
    /// To what, as an address such as `run:ID`.
    public let subject: String
    /// The particulars.
    public let payload: JSON
    /// SHA-256 over the hash before it and this event's canonical bytes.
    public let hash: String

    /// The moment that rules go by: the fact's own where it has one.
    public var effectiveTime: Timestamp { eventTime ?? time }

    /// The event as the API shows it.
    public var json: JSON {
        var json: JSON = [
            "sequence": .int(sequence), "time": JSON(time), "actor": .string(actor), "kind": .string(kind),
            "subject": .string(subject),
            "payload": payload, "hash": .string(hash),
        ]
        if let eventTime { json["event_time"] = JSON(eventTime) }
        return json
    }

    /// The hash that an event with these fields has behind a given one: the same fields give the same hash on any machine.
    static func hash(
        after previous: String,
        sequence: Int64,
        time: Timestamp,
        eventTime: Timestamp?,
        actor: String,
        kind: String,
        subject: String,
        payload: JSON
    ) -> String {
        let body: JSON = [
            "sequence": .int(sequence), "time": .int(time.milliseconds), "event_time": JSON(eventTime?.milliseconds),
            "actor": .string(actor),
            "kind": .string(kind), "subject": .string(subject), "payload": payload,
        ]
        var hasher = Digest.Hasher()
        hasher.update(previous.utf8)
        hasher.update(body.canonicalBytes())
        return hasher.finish()
    }

    init(_ row: Row) throws {
        sequence = try row.int("sequence")
        time = try row.timestamp("time")
        eventTime = row.timestampOrNil("event_time")
        actor = try row.text("actor")
        kind = try row.text("kind")
        subject = try row.text("subject")
        payload = try row.json("payload")
        hash = try row.text("hash")
    }

    init(
        sequence: Int64,
        time: Timestamp,
        eventTime: Timestamp?,
        actor: String,
        kind: String,
        subject: String,
        payload: JSON,
        hash: String
    ) {
        self.sequence = sequence
        self.time = time
        self.eventTime = eventTime
        self.actor = actor
        self.kind = kind
        self.subject = subject
        self.payload = payload
        self.hash = hash
    }
}
