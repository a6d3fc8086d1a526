import Basics
import Storage

/// A run that a trigger asked for and that is to be started, once.
struct TriggerIntent: Sendable, Hashable {
    enum State: String, Sendable, Hashable {
        case pending, started, failed
    }

    var id: String
    var trigger: String
    var project: String
    var pipeline: String
    var eventSequence: Int64?
    var eventTime: Timestamp?
    var key: String
    var state: State = .pending
    var attempts = 0
    var runID: String?
    var error: String?
    var created: Timestamp

    init(
        id: String,
        trigger: TriggerSpec,
        eventSequence: Int64?,
        eventTime: Timestamp?,
        key: String,
        created: Timestamp
    ) {
        self.id = id
        self.trigger = trigger.name
        project = trigger.project
        pipeline = trigger.pipeline
        self.eventSequence = eventSequence
        self.eventTime = eventTime
        self.key = key
        self.created = created
    }

    init(_ row: Row) throws {
        id = try row.text("id")
        trigger = try row.text("trigger_name")
        project = try row.text("project")
        pipeline = try row.text("pipeline")
        eventSequence = row.intOrNil("event_sequence")
        eventTime = row.timestampOrNil("event_time")
        key = try row.text("start_key")
        state = State(rawValue: try row.text("state")) ?? .failed
        attempts = Int(try row.int("attempts"))
        runID = row.textOrNil("run_id")
        error = row.textOrNil("error")
        created = try row.timestamp("created")
    }

    /// What pipelines are asked for.
    var request: StartRequest {
        StartRequest(
            project: project,
            pipeline: pipeline,
            trigger: trigger,
            event: eventSequence,
            eventTime: eventTime,
            key: key
        )
    }
}

/// What a trigger did so far.
struct TriggerState: Sendable, Hashable {
    var fired = 0
    var skipped = 0
    /// In event time, for the cool-down.
    var lastFired: Timestamp?
    var lastEvent: Int64?
    var lastRun: String?
    var lastSkip: String?
    /// Up to where a schedule was looked at.
    var checkedUntil: Timestamp?
}

/// The tables of triggers.
enum TriggerTable {
    static func state(_ tx: Transaction, _ name: String) throws -> TriggerState {
        guard let row = try tx.row("SELECT * FROM trigger_states WHERE name = $1", name) else { return TriggerState() }
        return TriggerState(
            fired: Int(try row.int("fired")),
            skipped: Int(try row.int("skipped")),
            lastFired: row.timestampOrNil("last_fired"),
            lastEvent: row.intOrNil("last_event"),
            lastRun: row.textOrNil("last_run"),
            lastSkip: row.textOrNil("last_skip"),
            checkedUntil: row.timestampOrNil("checked_until")
        )
    }

    static func save(_ tx: Transaction, _ name: String, _ state: TriggerState) throws {
        try tx.execute(
            """
            INSERT INTO trigger_states (name, fired, skipped, last_fired, last_event, last_run, last_skip, checked_until)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (name) DO UPDATE SET fired = excluded.fired, skipped = excluded.skipped,
                last_fired = excluded.last_fired, last_event = excluded.last_event, last_run = excluded.last_run,
                last_skip = excluded.last_skip, checked_until = excluded.checked_until
            """,
            name,
            state.fired,
            state.skipped,
            state.lastFired,
            state.lastEvent,
            state.lastRun,
            state.lastSkip,
            state.checkedUntil
        )
    }

    /// Adds an intent. The key is unique: the same event and trigger give one intent.
    static func insert(_ tx: Transaction, _ intent: TriggerIntent) throws {
        try tx.execute(
            """
            INSERT INTO trigger_intents (id, trigger_name, project, pipeline, event_sequence, event_time, start_key, state,
                attempts, not_before, created)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', 0, 0, $8) ON CONFLICT (start_key) DO NOTHING
            """,
            intent.id,
            intent.trigger,
            intent.project,
            intent.pipeline,
            intent.eventSequence,
            intent.eventTime,
            intent.key,
            intent.created
        )
    }

    /// The run of a pipeline that is asked for and not started yet: one at most.
    static func queued(_ tx: Transaction, project: String, pipeline: String) throws -> TriggerIntent? {
        try tx.row(
            "SELECT * FROM trigger_intents WHERE state = 'pending' AND project = $1 AND pipeline = $2 ORDER BY id LIMIT 1",
            project,
            pipeline
        ).map(TriggerIntent.init)
    }

    /// The intent that another trigger of the same pipeline made for the same event.
    static func sibling(_ tx: Transaction, project: String, pipeline: String, event: Int64) throws -> TriggerIntent? {
        try tx.row(
            "SELECT * FROM trigger_intents WHERE event_sequence = $1 AND project = $2 AND pipeline = $3 LIMIT 1",
            event,
            project,
            pipeline
        ).map(TriggerIntent.init)
    }

    /// A queued run takes up a later event: it will see what that event tells of.
    static func absorb(_ tx: Transaction, id: String, eventTime: Timestamp?) throws {
        guard let eventTime else { return }
        try tx.execute(
            """
            UPDATE trigger_intents SET event_time = $2
            WHERE id = $1 AND state = 'pending' AND (event_time IS NULL OR event_time < $2)
            """,
            id,
            eventTime
        )
    }

    /// What is to be started, oldest first, and whose pause after a failure is over.
    static func due(_ tx: Transaction, now: Timestamp) throws -> [TriggerIntent] {
        try tx.rows(
            "SELECT * FROM trigger_intents WHERE state = 'pending' AND not_before <= $1 ORDER BY id LIMIT 100",
            now
        ).map(TriggerIntent.init)
    }

    static func finish(_ tx: Transaction, id: String, _ state: TriggerIntent.State, run: String?, error: String?) throws
        -> Bool
    {
        try tx.execute(
            """
            UPDATE trigger_intents SET state = $2, run_id = $3, error = $4, attempts = attempts + 1
            WHERE id = $1 AND state = 'pending'
            """,
            id,
            state.rawValue,
            run,
            error
        ) == 1
    }

    static func postpone(_ tx: Transaction, id: String, until: Timestamp, error: String) throws {
        try tx.execute(
            "UPDATE trigger_intents SET attempts = attempts + 1, not_before = $2, error = $3 WHERE id = $1",
            id,
            until,
            error
        )
    }
}
