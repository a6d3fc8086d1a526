import Basics
import Storage

/// The table of promotions.
enum PromotionTable {
    /// Adds a promotion; one for the same event is there already after a crash, and stays the only one.
    static func insert(_ tx: Transaction, _ promotion: Promotion) throws {
        try tx.execute(
            """
            INSERT INTO promotions (id, model, version, project, pipeline_run, event_sequence, event_time, requested_by,
                reason, state, attempts, not_before, created)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, $11) ON CONFLICT (event_sequence) DO NOTHING
            """,
            promotion.id,
            promotion.model,
            promotion.version,
            promotion.project,
            promotion.pipelineRun,
            promotion.eventSequence,
            promotion.eventTime,
            promotion.requestedBy,
            promotion.reason,
            promotion.state.rawValue,
            promotion.created
        )
    }

    /// A promotion by its id.
    static func find(_ tx: Transaction, id: String) throws -> Promotion? {
        try tx.row("SELECT * FROM promotions WHERE id = $1", id).map(Promotion.init)
    }

    /// The oldest that waits for its evaluation, and whose pause after a failure is over.
    static func next(_ tx: Transaction, now: Timestamp) throws -> Promotion? {
        try tx.row(
            "SELECT * FROM promotions WHERE state = 'pending' AND not_before <= $1 ORDER BY id LIMIT 1",
            now
        ).map(Promotion.init)
    }

    /// Promotions, newest first.
    static func list(_ tx: Transaction, model: String?, before: String?, limit: Int) throws -> [Promotion] {
        try tx.rows(
            """
            SELECT * FROM promotions WHERE ($1 = '' OR model = $1) AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3
            """,
            model ?? "",
            before ?? "",
            limit
        ).map(Promotion.init)
    }

    /// A model's promotions, newest first, without their documents: for lists of versions.
    static func outlines(_ tx: Transaction, model: String, limit: Int = 1000) throws -> [Promotion] {
        try tx.rows(
            """
            SELECT id, model, version, project, pipeline_run, event_sequence, event_time, requested_by, reason, state,
                attempts, error, champion, decision, decided_by, summary, NULL AS document, created, decided
            FROM promotions WHERE model = $1 ORDER BY id DESC LIMIT $2
            """,
            model,
            limit
        ).map(Promotion.init)
    }

    /// The newest promotion of a version.
    static func latest(_ tx: Transaction, model: String, version: Int) throws -> Promotion? {
        try tx.row(
            "SELECT * FROM promotions WHERE model = $1 AND version = $2 ORDER BY id DESC LIMIT 1",
            model,
            version
        ).map(Promotion.init)
    }

    /// A model's promoted versions, oldest first: the line of champions.
    static func champions(_ tx: Transaction, model: String) throws -> [Promotion] {
        try tx.rows(
            "SELECT * FROM promotions WHERE model = $1 AND decision = 'promoted' ORDER BY decided, id",
            model
        ).map(Promotion.init)
    }

    /// Has a failed evaluation tried again after a pause.
    static func postpone(_ tx: Transaction, id: String, until: Timestamp, error: String) throws {
        try tx.execute(
            "UPDATE promotions SET attempts = attempts + 1, not_before = $2, error = $3 WHERE id = $1 AND state = 'pending'",
            id,
            until,
            error
        )
    }

    /// Writes what the gates found. Returns whether the promotion was still in the state `from`: who comes second changes nothing.
    static func settle(_ tx: Transaction, _ promotion: Promotion, from: Promotion.State, digest: String) throws -> Bool
    {
        try tx.execute(
            """
            UPDATE promotions SET state = $3, champion = $4, decision = $5, decided_by = $6, summary = $7, document = $8,
                document_digest = $9, decided = $10, error = NULL, reason = $11
            WHERE id = $1 AND state = $2
            """,
            promotion.id,
            from.rawValue,
            promotion.state.rawValue,
            promotion.champion,
            promotion.decision?.rawValue,
            promotion.decidedBy,
            promotion.summary,
            promotion.document,
            digest,
            promotion.decided,
            promotion.reason
        ) == 1
    }

    /// Has a promotion evaluated anew, because the champion changed meanwhile.
    static func reopen(_ tx: Transaction, id: String) throws {
        try tx.execute(
            "UPDATE promotions SET state = 'pending', not_before = 0 WHERE id = $1 AND state = 'waiting'",
            id
        )
    }
}
