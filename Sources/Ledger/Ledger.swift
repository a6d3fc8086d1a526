public import Basics
public import Storage

/// The two spines that run through all rooms: the event log and the lineage graph.
///
/// A room appends in the transaction of the change itself, so that there is no change without its event and no event without
/// its change. Whoever reacts (triggers, webhooks, the dashboard, the audit) reads the log with a cursor of its own.
public final class Ledger: Sendable {
    let database: Database
    let world: World
    let signal = CommitSignal()

    /// Opens the ledger.
    ///
    /// - Parameters:
    ///   - database: Where its tables are, migrated.
    ///   - world: Tells the time.
    public init(database: Database, world: World) {
        self.database = database
        self.world = world
    }

    /// Appends an event, in the transaction of the change that it tells of.
    ///
    /// - Parameters:
    ///   - tx: The change's transaction.
    ///   - kind: What happened, such as `run.finished`.
    ///   - subject: To what, as an address.
    ///   - actor: Who did it.
    ///   - payload: The particulars; at most 1 MiB as text.
    ///   - eventTime: When the fact happened in the world, where that differs from now.
    /// - Returns: The event with its place and hash.
    /// - Throws: `tooLarge` for a payload over its limit.
    @discardableResult
    public func append(
        _ tx: Transaction,
        kind: String,
        subject: String,
        actor: String,
        payload: JSON = [:],
        eventTime: Timestamp? = nil
    ) throws -> Event {
        let text = payload.text()
        guard text.utf8.count <= 1 << 20 else {
            throw MartletError(
                .tooLarge,
                "the event '\(kind)' has a payload of \(text.utf8.count) bytes",
                hint: "at most 1 MiB"
            )
        }
        guard
            let head = try tx.row("UPDATE event_head SET sequence = sequence + 1 WHERE id = 0 RETURNING sequence, hash")
        else {
            throw MartletError(.dataLoss, "the head of the event log is missing")
        }
        let sequence = try head.int("sequence")
        let now = world.now()
        let hash = Event.hash(
            after: try head.text("hash"),
            sequence: sequence,
            time: now,
            eventTime: eventTime,
            actor: actor,
            kind: kind,
            subject: subject,
            payload: payload
        )
        try tx.execute("UPDATE event_head SET hash = $1 WHERE id = 0", hash)
        try tx.execute(
            "INSERT INTO events (sequence, time, event_time, actor, kind, subject, payload, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            sequence,
            now,
            eventTime,
            actor,
            kind,
            subject,
            text,
            hash
        )
        tx.onCommit { [signal] in signal.reached(sequence) }
        return Event(
            sequence: sequence,
            time: now,
            eventTime: eventTime,
            actor: actor,
            kind: kind,
            subject: subject,
            payload: payload,
            hash: hash
        )
    }

    /// The events behind a place, in order.
    ///
    /// - Parameters:
    ///   - sequence: The place; 0 for the beginning.
    ///   - kinds: Only these kinds; all if `nil`.
    ///   - subject: Only about this subject; all if `nil`.
    ///   - limit: How many at most.
    public func events(after sequence: Int64, kinds: Set<String>? = nil, subject: String? = nil, limit: Int = 1000)
        async throws -> [Event]
    {
        try await database.read { tx in
            try Self.events(tx, after: sequence, kinds: kinds, subject: subject, limit: limit)
        }
    }

    static func events(_ tx: Transaction, after sequence: Int64, kinds: Set<String>?, subject: String?, limit: Int)
        throws -> [Event]
    {
        var values: [SQLValue] = [.int(sequence), .int(Int64(limit))]
        var filter = ""
        if let kinds {
            let marks = kinds.sorted().map { kind in
                values.append(.text(kind))
                return "$\(values.count)"
            }
            filter += " AND kind IN (\(marks.joined(separator: ", ")))"
        }
        if let subject {
            values.append(.text(subject))
            filter += " AND subject = $\(values.count)"
        }
        return try tx.rows(
            "SELECT * FROM events WHERE sequence > $1\(filter) ORDER BY sequence LIMIT $2",
            values: values
        ).map(Event.init)
    }

    /// The place of the newest event; 0 for an empty log.
    public func head() async throws -> Int64 {
        try await database.read { tx in try tx.row("SELECT sequence FROM event_head WHERE id = 0")?.int("sequence") ?? 0
        }
    }

    /// Returns when there is an event behind a place, or after some time.
    ///
    /// - Parameters:
    ///   - sequence: The place.
    ///   - limit: How long to wait at most.
    public func waitForEvents(after sequence: Int64, upTo limit: Duration) async {
        await signal.wait(after: sequence, upTo: limit)
    }
}
