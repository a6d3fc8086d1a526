import Basics
import Ledger
import Storage

/// The tables of webhooks.
enum WebhookTable {
    /// A webhook may have so many deliveries waiting; what comes on top is given up, and said so.
    static let queueLimit = 10_000
    /// So many webhooks may be there; each event is matched against all.
    static let limit = 100

    /// Adds a webhook and tells of it; it gets what happens from then on.
    static func insert(_ tx: Transaction, _ webhook: Webhook, ledger: Ledger, actor: String) throws {
        let event = try ledger.append(
            tx,
            kind: "webhook.created",
            subject: "webhook:\(webhook.id)",
            actor: actor,
            payload: [
                "webhook": .string(webhook.id), "url": .string(webhook.url), "events": JSON(webhook.events.sorted()),
            ]
        )
        try tx.execute(
            """
            INSERT INTO webhooks (id, project, url, events, secret, secret_variable, is_active, since_sequence, created)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            webhook.id,
            webhook.project,
            webhook.url,
            JSON(webhook.events.sorted()),
            webhook.secret,
            webhook.secretVariable,
            webhook.isActive,
            event.sequence,
            webhook.created
        )
    }

    static func all(_ tx: Transaction) throws -> [Webhook] {
        try tx.rows("SELECT * FROM webhooks ORDER BY id").map(Webhook.init)
    }

    static func find(_ tx: Transaction, id: String) throws -> Webhook? {
        try tx.row("SELECT * FROM webhooks WHERE id = $1", id).map(Webhook.init)
    }

    /// Takes a webhook and its deliveries away, and tells of it. Returns whether there was one.
    static func delete(_ tx: Transaction, id: String, ledger: Ledger, actor: String) throws -> Bool {
        guard try tx.execute("DELETE FROM webhooks WHERE id = $1", id) == 1 else { return false }
        try tx.execute("DELETE FROM webhook_deliveries WHERE webhook = $1", id)
        try ledger.append(
            tx,
            kind: "webhook.deleted",
            subject: "webhook:\(id)",
            actor: actor,
            payload: ["webhook": .string(id)]
        )
        return true
    }

    /// Makes a project's webhooks those that its file declares; one that stays keeps its deliveries.
    static func declare(
        _ tx: Transaction,
        project: String,
        _ specs: [WebhookSpec],
        ledger: Ledger,
        world: World,
        actor: String
    ) throws {
        let before = try tx.rows("SELECT * FROM webhooks WHERE project = $1", project).map(Webhook.init)
        for webhook in before where !specs.contains(where: { $0.url == webhook.url }) {
            _ = try delete(tx, id: webhook.id, ledger: ledger, actor: actor)
        }
        for spec in specs {
            if let known = before.first(where: { $0.url == spec.url }) {
                try tx.execute(
                    "UPDATE webhooks SET events = $2, secret_variable = $3 WHERE id = $1",
                    known.id,
                    JSON(spec.events.sorted()),
                    spec.secretVariable
                )
            } else {
                try insert(
                    tx,
                    Webhook(
                        id: world.orderedID(),
                        project: project,
                        url: spec.url,
                        events: Set(spec.events),
                        secret: nil,
                        secretVariable: spec.secretVariable,
                        created: world.now()
                    ),
                    ledger: ledger,
                    actor: actor
                )
            }
        }
    }

    /// Puts an event into a webhook's queue. Returns false where the queue is full.
    static func enqueue(_ tx: Transaction, id: String, webhook: String, event: Int64, now: Timestamp) throws -> Bool {
        let waiting =
            try tx.row(
                "SELECT COUNT(*) AS n FROM webhook_deliveries WHERE state = 'pending' AND webhook = $1",
                webhook
            )?.int("n") ?? 0
        let isFull = waiting >= queueLimit
        try tx.execute(
            """
            INSERT INTO webhook_deliveries (id, webhook, event_sequence, state, attempts, not_before, error, created)
            VALUES ($1, $2, $3, $4, 0, 0, $5, $6) ON CONFLICT (webhook, event_sequence) DO NOTHING
            """,
            id,
            webhook,
            event,
            isFull ? Delivery.State.failed.rawValue : Delivery.State.pending.rawValue,
            isFull ? "the queue was full" : nil,
            now
        )
        return !isFull
    }

    /// The first delivery of each webhook that waits: a later one is not sent before it, so order is kept.
    static func heads(_ tx: Transaction) throws -> [Delivery] {
        try tx.rows(
            """
            SELECT * FROM webhook_deliveries d WHERE state = 'pending' AND event_sequence = (
                SELECT MIN(event_sequence) FROM webhook_deliveries o
                WHERE o.state = 'pending' AND o.webhook = d.webhook)
            ORDER BY event_sequence, id
            """
        ).map(Delivery.init)
    }

    static func deliveries(_ tx: Transaction, webhook: String, limit: Int) throws -> [Delivery] {
        try tx.rows(
            "SELECT * FROM webhook_deliveries WHERE webhook = $1 ORDER BY event_sequence DESC LIMIT $2",
            webhook,
            limit
        ).map(Delivery.init)
    }

    /// Writes what became of an attempt. Returns whether the delivery still waited.
    static func settle(_ tx: Transaction, _ delivery: Delivery) throws -> Bool {
        try tx.execute(
            """
            UPDATE webhook_deliveries SET state = $2, attempts = $3, not_before = $4, status = $5, error = $6, finished = $7
            WHERE id = $1 AND state = 'pending'
            """,
            delivery.id,
            delivery.state.rawValue,
            delivery.attempts,
            delivery.notBefore,
            delivery.status,
            delivery.error,
            delivery.finished
        ) == 1
    }
}
