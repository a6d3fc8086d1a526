import Basics
import Storage

/// A deployment's windows as the API shows them.
struct MonitoringReport {
    /// Windows beyond this are asked for by `from` and `to`.
    static let windowLimit = 500

    private struct Part {
        let key: WindowKey
        let tally: WindowTally
    }

    let cache: MonitorCache

    func read(_ tx: Transaction, _ deployment: String, from: Timestamp?, to: Timestamp?, limit: Int) throws -> JSON {
        guard let monitor = try cache.monitor(tx, deployment) else {
            throw MartletError(
                .notFound,
                "there is no monitoring of a deployment '\(deployment.prefix(100))'",
                hint: "it begins with the first prediction, or with 'monitor' in the project file"
            )
        }
        let starts = try tx.rows(
            """
            SELECT DISTINCT window_start, window_length FROM monitoring_windows
            WHERE deployment = $1 AND window_start >= $2 AND window_start < $3
            ORDER BY window_start DESC, window_length LIMIT $4
            """,
            deployment,
            from?.milliseconds ?? .min,
            to?.milliseconds ?? .max,
            limit
        )
        var windows: [JSON] = []
        for row in starts.reversed() {
            let parts = try tx.rows(
                """
                SELECT * FROM monitoring_windows WHERE deployment = $1 AND window_start = $2 AND window_length = $3
                ORDER BY version, reference
                """,
                deployment,
                try row.int("window_start"),
                try row.int("window_length")
            ).map { Part(key: try WindowKey($0), tally: try WindowTally(packed: $0.bytes("tally"))) }
            windows.append(try window(tx, monitor, parts))
        }
        let reference = try monitor.version.flatMap { try cache.reference(tx, monitor, version: $0) }
        return [
            "deployment": .string(deployment), "model": .string(monitor.model), "version": JSON(monitor.version),
            "window_seconds": .double(Double(monitor.windowLength) / 1000), "watermark": JSON(monitor.watermark),
            "reference": reference.map {
                ["model": .string($0.model), "version": .int($0.version), "rows": .int($0.rows)]
            } ?? .null,
            "thresholds": monitor.spec?.json ?? .null,
            "features": JSON(watched(monitor, reference)),
            "windows": .array(windows),
        ]
    }

    private func watched(_ monitor: Monitor, _ reference: Reference?) -> [String] {
        let known = reference?.features.map(\.name) ?? []
        return monitor.spec?.drift?.features.map { chosen in known.filter(chosen.contains) } ?? known
    }

    private func window(_ tx: Transaction, _ monitor: Monitor, _ parts: [Part]) throws -> JSON {
        guard let main = parts.max(by: { $0.tally.predictions < $1.tally.predictions }) else { return .null }
        let reference = try cache.reference(tx, monitor, number: main.key.reference)
        // Drift is that of the version with most predictions; what does not depend on a reference is added up.
        var quality = main.tally.quality
        var latency = main.tally.latency
        for part in parts where part.key != main.key {
            let other = try cache.reference(tx, monitor, number: part.key.reference)
            latency.merge(part.tally.latency)
            if (other?.scale ?? .unit) == (reference?.scale ?? .unit) { quality.merge(part.tally.quality) }
        }
        var versions = JSONObject()
        for part in parts {
            let name = String(part.key.version)
            versions[name] = .int((versions[name]?.int ?? 0) + Int64(clamping: part.tally.predictions))
        }
        let figures = WindowFigures(main.tally, reference)
        let spec = monitor.spec
        return [
            "start": JSON(Timestamp(milliseconds: main.key.start)), "end": JSON(Timestamp(milliseconds: main.key.end)),
            "complete": .bool(monitor.watermark.map { $0.milliseconds >= main.key.end } ?? false),
            "predictions": .int(Int64(clamping: parts.reduce(0) { $0 + $1.tally.predictions })),
            "actuals": .int(Int64(clamping: parts.reduce(0) { $0 + $1.tally.quality.arrived })),
            "version": .int(main.key.version), "versions": .object(versions),
            "drift": .object(
                JSONObject(figures.features.map { ($0.name, Self.feature($0, spec)) })
            ),
            "score": [
                "psi": JSON(figures.scorePSI), "js": JSON(figures.scoreJS), "mean": JSON(main.tally.scoreMean),
            ],
            "quality": Self.quality(quality),
            "plausibility": [
                "not_finite": .int(Int64(clamping: parts.reduce(0) { $0 + $1.tally.notFinite })),
                "outside": .int(Int64(clamping: parts.reduce(0) { $0 + $1.tally.implausible })),
            ],
            "latency": [
                "p50_ms": JSON(latency.quantile(0.5).map { $0 / 1000 }),
                "p99_ms": JSON(latency.quantile(0.99).map { $0 / 1000 }),
            ],
        ]
    }

    private static func feature(_ feature: WindowFigures.Feature, _ spec: MonitorSpec?) -> JSON {
        var json: JSON = [
            "psi": JSON(feature.psi), "js": JSON(feature.js), "nulls": .double(feature.nulls),
            "out_of_range": .double(feature.outOfRange),
        ]
        if let drift = spec?.drift, let value = feature.drift(drift.measure) {
            json["level"] = .string(drift.levels.name(of: value))
        }
        return json
    }

    private static func quality(_ quality: QualityTally) -> JSON {
        guard quality.arrived > 0 else { return .null }
        var json = JSONObject()
        for metric in Metric.allCases where metric.isClassification == (quality.numbers == 0) {
            json[metric.rawValue] = JSON(quality.value(metric))
        }
        json["positives"] = .int(Int64(clamping: quality.positives))
        json["rated"] = .int(Int64(clamping: quality.rated))
        // Scores are in 512 bins: how far the area under the curve may be off at most.
        if quality.numbers == 0 { json["auroc_error"] = JSON(quality.histogram.aurocError) }
        return .object(json)
    }
}
