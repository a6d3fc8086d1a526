import Basics
import Ledger
import Storage

/// Where events are sent to.
struct Webhook: Sendable, Hashable {
    var id: String
    /// The project whose file declares it; `nil` for one made by the API.
    var project: String?
    var url: String
    var events: Set<String>
    /// The key of the signature, for one made by the API.
    var secret: String?
    /// The environment variable that holds the key, for a declared one.
    var secretVariable: String?
    var isActive = true
    /// Events up to here were there before it and are not sent.
    var since: Int64 = 0
    var created: Timestamp

    /// The webhook as the API shows it, without its secret.
    var json: JSON {
        [
            "id": .string(id), "project": JSON(project), "url": .string(url), "events": JSON(events.sorted()),
            "signed": .bool(secret != nil || secretVariable != nil), "secret_env": JSON(secretVariable),
            "active": .bool(isActive), "created": JSON(created),
        ]
    }
}

extension Webhook {
    init(_ row: Row) throws {
        id = try row.text("id")
        project = row.textOrNil("project")
        url = try row.text("url")
        events = Set(try row.json("events").array?.compactMap(\.string) ?? [])
        secret = row.textOrNil("secret")
        secretVariable = row.textOrNil("secret_variable")
        isActive = try row.bool("is_active")
        since = try row.int("since_sequence")
        created = try row.timestamp("created")
    }

    /// Whether an event is to be sent to it.
    func wants(_ event: Event) -> Bool { isActive && event.sequence > since && events.contains(event.kind) }
}

/// One event on its way to one webhook.
struct Delivery: Sendable, Hashable {
    enum State: String, Sendable, Hashable {
        case pending, delivered, failed
    }

    var id: String
    var webhook: String
    var eventSequence: Int64
    var state: State
    var attempts: Int
    var notBefore: Timestamp
    var status: Int?
    var error: String?
    var created: Timestamp
    var finished: Timestamp?

    init(_ row: Row) throws {
        id = try row.text("id")
        webhook = try row.text("webhook")
        eventSequence = try row.int("event_sequence")
        state = State(rawValue: try row.text("state")) ?? .failed
        attempts = Int(try row.int("attempts"))
        notBefore = try row.timestamp("not_before")
        status = row.intOrNil("status").map { Int($0) }
        error = row.textOrNil("error")
        created = try row.timestamp("created")
        finished = row.timestampOrNil("finished")
    }

    /// The delivery as the API shows it.
    var json: JSON {
        [
            "id": .string(id), "event": .int(eventSequence), "state": .string(state.rawValue),
            "attempts": JSON(attempts), "status": JSON(status), "error": JSON(error), "created": JSON(created),
            "finished": JSON(finished),
        ]
    }
}
