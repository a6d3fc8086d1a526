import Basics
import Ledger
import Storage

/// A value of a window that may be worth an alert.
struct Observation: Sendable, Hashable {
    let signal: AlertSignal
    let feature: String
    let value: Double
    let threshold: Double
    let verdict: AlertRule.Verdict
}

/// Opens and closes alerts, each with its event, in the transaction of what caused it.
struct AlertBook: Sendable {
    /// Where the observations come from.
    struct Occasion {
        let deployment: String
        let model: String
        let version: Int64
        let start: Int64
        let end: Int64
        /// By event time.
        let now: Timestamp
        let closeAfter: Int
    }

    let ledger: Ledger
    let world: World

    func open(_ tx: Transaction, _ deployment: String) throws -> [Alert] {
        try tx.rows("SELECT * FROM alerts WHERE is_open = 1 AND deployment = $1 ORDER BY opened, id", deployment)
            .map(Alert.init)
    }

    func observe(_ tx: Transaction, _ occasion: Occasion, _ observations: [Observation]) throws {
        guard !observations.isEmpty else { return }
        let rule = AlertRule(closeAfter: occasion.closeAfter)
        let standing = try open(tx, occasion.deployment)
        for seen in observations {
            let alert = standing.first { $0.signal == seen.signal && $0.feature == seen.feature }
            switch (rule.move(calm: alert?.calm, seen.verdict), alert) {
            case (.open, _): try fire(tx, occasion, seen)
            case (.close, let alert?): try close(tx, alert, at: occasion.now, value: seen.value, reason: "calm")
            case (.stay(let calm), let alert?):
                try tx.execute(
                    "UPDATE alerts SET calm = $2, last_value = $3 WHERE id = $1",
                    alert.id,
                    calm,
                    Self.storable(seen.value)
                )
            case (.none, _), (.close, nil), (.stay, nil): break
            }
        }
    }

    /// Closes what was opened over predictions of another version: the new one has a reference of its own.
    func closeReplaced(_ tx: Transaction, _ deployment: String, by version: Int64, at time: Timestamp) throws {
        for alert in try open(tx, deployment) where Int64(alert.version) != version {
            try close(tx, alert, at: time, value: alert.lastValue, reason: "replaced")
        }
    }

    private func fire(_ tx: Transaction, _ occasion: Occasion, _ seen: Observation) throws {
        let id = world.orderedID()
        let stored = try tx.row(
            """
            INSERT INTO alerts (id, deployment, model, version, signal, feature, level, value, threshold, opened, is_open,
                calm, window_start, window_end, last_value)
            VALUES ($1, $2, $3, $4, $5, $6, 'alert', $7, $8, $9, 1, 0, $10, $11, $7) RETURNING *
            """,
            id,
            occasion.deployment,
            occasion.model,
            occasion.version,
            seen.signal.rawValue,
            seen.feature,
            Self.storable(seen.value),
            seen.threshold,
            occasion.now,
            occasion.start,
            occasion.end
        )
        guard let stored else { throw PackedReader.damaged }
        try append(tx, "alert.fired", try Alert(stored), at: occasion.now)
    }

    private func close(_ tx: Transaction, _ alert: Alert, at time: Timestamp, value: Double, reason: String) throws {
        let stored = try tx.row(
            "UPDATE alerts SET is_open = 0, closed = $2, last_value = $3 WHERE id = $1 RETURNING *",
            alert.id,
            time,
            Self.storable(value)
        )
        guard let stored else { return }
        try append(tx, "alert.resolved", try Alert(stored), at: time, ["reason": .string(reason)])
    }

    private func append(_ tx: Transaction, _ kind: String, _ alert: Alert, at time: Timestamp, _ more: JSON = [:])
        throws
    {
        var payload = alert.json
        payload["window"] = JSON(alert.window.lowerBound)
        for (key, value) in more.object ?? JSONObject() { payload[key] = value }
        try ledger.append(
            tx,
            kind: kind,
            subject: "alert:\(alert.id)",
            actor: "server",
            payload: payload,
            eventTime: time
        )
    }

    /// The database keeps no NaN.
    private static func storable(_ value: Double) -> Double {
        value.isNaN ? 0 : min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    }
}
