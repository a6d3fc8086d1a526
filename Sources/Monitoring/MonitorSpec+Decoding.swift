import Basics
public import Declarations

extension MonitorSpec {
    /// Reads `models.NAME.monitor`; each mistake is reported with its place.
    ///
    /// - Returns: Nil where the node is not a mapping. What was wrong in it has its default.
    public static func decode(_ node: SpecNode, _ diagnostics: Diagnostics) -> MonitorSpec? {
        let keys = [
            "window", "reference", "drift", "quality", "nulls", "out_of_range", "plausible", "close_after", "on_alert",
        ]
        guard let fields = node.fields(keys, diagnostics) else { return nil }
        var spec = MonitorSpec()
        if let window = fields.duration("window") {
            if window < .seconds(1), let place = fields.node("window") {
                diagnostics.report(place, "a window of less than a second", hint: "such as 1h or 7d")
            }
            spec.window = max(window, .seconds(1))
        }
        spec.reference = fields.text("reference")
        if let drift = fields.node("drift") { spec.drift = decodeDrift(drift, diagnostics) }
        if let quality = fields.node("quality") { spec.quality = decodeQuality(quality, diagnostics) }
        if let nulls = fields.node("nulls") { spec.nulls = decodeLevels(nulls, spec.nulls, 0...1, diagnostics) }
        if let outside = fields.node("out_of_range") {
            spec.outOfRange = decodeLevels(outside, AlertLevels(warn: 0.05, alert: 0.1), 0...1, diagnostics)
        }
        spec.plausible = decodeRange(fields, diagnostics)
        spec.closeAfter = fields.int("close_after", in: 1...100) ?? spec.closeAfter
        if let reaction = fields.node("on_alert") { spec.onAlert = decodeReaction(reaction, diagnostics) }
        return spec
    }

    private static func decodeDrift(_ node: SpecNode, _ diagnostics: Diagnostics) -> Drift? {
        guard let fields = node.fields(["measure", "warn", "alert", "features", "minimum"], diagnostics) else {
            return nil
        }
        let measure =
            fields.text("measure", oneOf: DriftMeasure.allCases.map(\.rawValue)).flatMap(DriftMeasure.init(rawValue:))
            ?? .psi
        return Drift(
            measure: measure,
            levels: levels(fields, measure.levels, 0...1000, diagnostics),
            features: fields.has("features") ? fields.texts("features") : nil,
            minimum: fields.int("minimum", in: 1...1_000_000_000) ?? 200
        )
    }

    private static func decodeQuality(_ node: SpecNode, _ diagnostics: Diagnostics) -> Quality? {
        let keys = ["metric", "alert_below", "alert_above", "warn_below", "warn_above", "minimum", "actuals_within"]
        guard let fields = node.fields(keys, diagnostics),
            let name = fields.text("metric", required: true, oneOf: Metric.allCases.map(\.rawValue)),
            let metric = Metric(rawValue: name)
        else { return nil }
        let (right, wrong) = metric.higherIsBetter ? ("below", "above") : ("above", "below")
        for key in ["alert_\(wrong)", "warn_\(wrong)"] {
            if let place = fields.node(key) {
                diagnostics.report(
                    place,
                    "'\(key)' does not suit '\(name)', whose \(metric.higherIsBetter ? "large" : "small") values are good",
                    hint: "alert_\(right), warn_\(right)"
                )
            }
        }
        guard let alert = fields.double("alert_\(right)", required: true) else { return nil }
        let calm = fields.double("warn_\(right)")
        if let calm, metric.isBetter(alert, than: calm), let place = fields.node("warn_\(right)") {
            diagnostics.report(place, "'warn_\(right)' is worse than 'alert_\(right)'", hint: "warn comes before alert")
        }
        return Quality(
            metric: metric,
            alert: alert,
            calm: calm,
            minimum: fields.int("minimum", in: 1...1_000_000_000) ?? 200,
            actualsWithin: fields.duration("actuals_within")
        )
    }

    private static func decodeReaction(_ node: SpecNode, _ diagnostics: Diagnostics) -> Reaction? {
        guard let fields = node.fields(["run", "cooldown"], diagnostics), let run = fields.text("run", required: true)
        else { return nil }
        return Reaction(run: run, cooldown: fields.duration("cooldown"))
    }

    private static func decodeLevels(
        _ node: SpecNode,
        _ fallback: AlertLevels,
        _ range: ClosedRange<Double>,
        _ diagnostics: Diagnostics
    ) -> AlertLevels {
        node.fields(["warn", "alert"], diagnostics).map { levels($0, fallback, range, diagnostics) } ?? fallback
    }

    private static func levels(
        _ fields: SpecFields,
        _ fallback: AlertLevels,
        _ range: ClosedRange<Double>,
        _ diagnostics: Diagnostics
    ) -> AlertLevels {
        let alert = fields.double("alert", in: range) ?? fallback.alert
        let warn = fields.double("warn", in: range) ?? min(fallback.warn, alert)
        if warn > alert, let place = fields.node("warn") ?? fields.node("alert") {
            diagnostics.report(place, "'warn' is \(warn) and above 'alert', \(alert)", hint: "warn comes before alert")
        }
        return AlertLevels(warn: min(warn, alert), alert: alert)
    }

    private static func decodeRange(_ fields: SpecFields, _ diagnostics: Diagnostics) -> ClosedRange<Double>? {
        guard let node = fields.node("plausible") else { return nil }
        let bounds = fields.list("plausible").compactMap { $0.json.double }
        guard bounds.count == 2, bounds[0] < bounds[1] else {
            diagnostics.report(node, "not a range of scores", hint: "two numbers such as [0, 1]")
            return nil
        }
        return bounds[0]...bounds[1]
    }
}
