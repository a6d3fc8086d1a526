import Basics
import Storage

/// Judges windows when they are complete: when a prediction of a later window has come.
///
/// A running window is shown with its figures and opens no drift alert, since the first hours of a week are no sample of it;
/// only implausible scores are told at once. Only the version that answers now is judged: what another one did is history.
/// A window that was over before its first prediction came (late events) is counted and shown, and opens nothing.
struct WindowJudge: Sendable {
    /// With this share of its actuals a window's quality is judged without waiting for the rest.
    static let enoughActuals = 0.8

    let cache: MonitorCache
    let windows: WindowStore
    let book: AlertBook

    /// Moves a deployment's watermark and version, and judges what that completes.
    func advance(_ tx: Transaction, _ progress: Recorder.Progress, _ touched: [WindowKey]) throws {
        var monitor = progress.monitor
        guard let watermark = progress.watermark else { return }
        let before = monitor.watermark
        monitor.watermark = watermark
        if let before, let spec = monitor.spec, let version = monitor.version {
            let length = monitor.windowLength
            let crossed =
                WindowKey.start(of: watermark.milliseconds, length: length)
                > WindowKey.start(of: before.milliseconds, length: length)
            if crossed { try judgeComplete(tx, monitor, spec, version, before: before, now: watermark) }
        }
        if let version = progress.version, version != monitor.version {
            if monitor.version != nil {
                try book.closeReplaced(tx, monitor.deployment, by: version, at: watermark)
            }
            monitor.version = version
        }
        if monitor.watermark != before || monitor.version != progress.monitor.version { try monitor.save(tx) }
        if let spec = monitor.spec { try judgeRunning(tx, monitor, spec, touched, now: watermark) }
    }

    private func judgeComplete(
        _ tx: Transaction,
        _ monitor: Monitor,
        _ spec: MonitorSpec,
        _ version: Int64,
        before: Timestamp,
        now: Timestamp
    ) throws {
        let newest = try cache.reference(tx, monitor, version: version)
        for (key, tally) in try pending(tx, monitor.deployment, "judged", upTo: now) {
            try mark(tx, key, "judged")
            let isLate = key.end <= before.milliseconds
            guard !isLate, key.version == version, key.reference == newest?.number ?? 0 else { continue }
            let figures = WindowFigures(tally, newest)
            try book.observe(tx, occasion(monitor, spec, key, now), figures.observations(tally, spec))
            if let newest, newest.scores == nil { try adopt(tx, monitor, spec, newest, tally) }
        }
        for (key, tally) in try pending(tx, monitor.deployment, "quality_judged", upTo: now) {
            try rate(tx, monitor, spec, key, tally, now: now)
        }
    }

    /// Judges a complete window's quality once enough of its actuals are there, or no more are waited for.
    func rate(
        _ tx: Transaction,
        _ monitor: Monitor,
        _ spec: MonitorSpec,
        _ key: WindowKey,
        _ tally: WindowTally,
        now: Timestamp
    ) throws {
        guard key.end <= now.milliseconds else { return }
        guard let quality = spec.quality else { return try mark(tx, key, "quality_judged") }
        let patience = (quality.actualsWithin ?? spec.window).milliseconds
        let isOver = now.milliseconds - key.end >= patience
        let isMost = Double(tally.quality.arrived) >= Self.enoughActuals * Double(tally.predictions)
        let isEnough = tally.quality.rated >= UInt64(quality.minimum)
        guard isOver || (isMost && isEnough) else { return }
        try mark(tx, key, "quality_judged")
        guard isEnough, key.version == monitor.version, let value = tally.quality.value(quality.metric) else { return }
        let verdict: AlertRule.Verdict =
            quality.metric.isBetter(quality.alert, than: value)
            ? .bad : quality.metric.isBetter(quality.calm, than: value) ? .middling : .calm
        let seen = Observation(
            signal: .quality,
            feature: quality.metric.rawValue,
            value: value,
            threshold: quality.alert,
            verdict: verdict
        )
        try book.observe(tx, occasion(monitor, spec, key, now), [seen])
    }

    private func judgeRunning(
        _ tx: Transaction,
        _ monitor: Monitor,
        _ spec: MonitorSpec,
        _ touched: [WindowKey],
        now: Timestamp
    ) throws {
        for key in touched where key.version == monitor.version && key.end > now.milliseconds {
            if let seen = windows.implausible(key) { try book.observe(tx, occasion(monitor, spec, key, now), [seen]) }
        }
    }

    /// Without scores from a holdout, the first complete window is what later scores are compared with.
    private func adopt(
        _ tx: Transaction,
        _ monitor: Monitor,
        _ spec: MonitorSpec,
        _ reference: Reference,
        _ tally: WindowTally
    ) throws {
        guard tally.finiteScores >= UInt64(spec.drift?.minimum ?? 200), tally.outsideUnit == 0 else { return }
        let profile = ScoreProfile(scale: .unit, counts: tally.scores)
        try tx.execute(
            "UPDATE monitoring_references SET scores = $2 WHERE number = $1",
            reference.number,
            profile.packed
        )
        try Monitor.touch(tx, monitor.deployment)
    }

    private func occasion(_ monitor: Monitor, _ spec: MonitorSpec, _ key: WindowKey, _ now: Timestamp)
        -> AlertBook.Occasion
    {
        AlertBook.Occasion(
            deployment: monitor.deployment,
            model: monitor.model,
            version: key.version,
            start: key.start,
            end: key.end,
            now: now,
            closeAfter: spec.closeAfter
        )
    }

    /// The complete windows that still wait for a judgement; a thousand at a time is more than ever wait.
    private func pending(_ tx: Transaction, _ deployment: String, _ flag: String, upTo now: Timestamp) throws
        -> [(WindowKey, WindowTally)]
    {
        try tx.rows(
            """
            SELECT * FROM monitoring_windows WHERE deployment = $1 AND \(flag) = 0 AND window_end <= $2
            ORDER BY window_end, window_start, version, reference LIMIT 1000
            """,
            deployment,
            now
        ).map { (try WindowKey($0), try WindowTally(packed: $0.bytes("tally"))) }
    }

    private func mark(_ tx: Transaction, _ key: WindowKey, _ flag: String) throws {
        try tx.execute(
            """
            UPDATE monitoring_windows SET \(flag) = 1
            WHERE deployment = $1 AND window_start = $2 AND window_length = $3 AND version = $4 AND reference = $5
            """,
            key.deployment,
            key.start,
            key.length,
            key.version,
            key.reference
        )
    }
}
