public import Basics

extension MonitorSpec {
    /// The specification as it is stored and shown.
    public var json: JSON {
        var json: JSON = [
            "window_seconds": .double(window.seconds), "reference": JSON(reference), "nulls": nulls.json,
            "out_of_range": outOfRange?.json ?? .null, "close_after": JSON(closeAfter),
        ]
        if let drift {
            json["drift"] = [
                "measure": .string(drift.measure.rawValue), "warn": .double(drift.levels.warn),
                "alert": .double(drift.levels.alert), "features": drift.features.map { JSON($0) } ?? .null,
                "minimum": JSON(drift.minimum),
            ]
        }
        if let quality {
            json["quality"] = [
                "metric": .string(quality.metric.rawValue),
                quality.metric.higherIsBetter ? "alert_below" : "alert_above": .double(quality.alert),
                quality.metric.higherIsBetter ? "warn_below" : "warn_above": .double(quality.calm),
                "minimum": JSON(quality.minimum), "actuals_within_seconds": JSON(quality.actualsWithin?.seconds),
            ]
        }
        if let plausible { json["plausible"] = [.double(plausible.lowerBound), .double(plausible.upperBound)] }
        if let onAlert {
            json["on_alert"] = ["run": .string(onAlert.run), "cooldown_seconds": JSON(onAlert.cooldown?.seconds)]
        }
        return json
    }

    /// Reads ``json``.
    ///
    /// What is missing has its default, but for `drift` and `quality`, which are then not judged.
    public init(json: JSON) {
        func seconds(_ value: JSON?) -> Duration? { value?.double.map { .milliseconds(Int64($0 * 1000)) } }
        func levels(_ value: JSON?) -> AlertLevels? {
            guard let warn = value?["warn"]?.double, let alert = value?["alert"]?.double else { return nil }
            return AlertLevels(warn: warn, alert: alert)
        }
        self.init(drift: nil)
        window = seconds(json["window_seconds"]) ?? window
        reference = json["reference"]?.string
        nulls = levels(json["nulls"]) ?? nulls
        outOfRange = levels(json["out_of_range"])
        closeAfter = json["close_after"]?.int.map { Int($0) } ?? closeAfter
        if let stored = json["drift"], let measure = stored["measure"]?.string.flatMap(DriftMeasure.init(rawValue:)) {
            drift = Drift(
                measure: measure,
                levels: levels(stored),
                features: stored["features"]?.array?.compactMap(\.string),
                minimum: stored["minimum"]?.int.map { Int($0) } ?? 200
            )
        }
        if let stored = json["quality"], let metric = stored["metric"]?.string.flatMap(Metric.init(rawValue:)),
            let alert = (stored["alert_below"] ?? stored["alert_above"])?.double
        {
            quality = Quality(
                metric: metric,
                alert: alert,
                calm: (stored["warn_below"] ?? stored["warn_above"])?.double,
                minimum: stored["minimum"]?.int.map { Int($0) } ?? 200,
                actualsWithin: seconds(stored["actuals_within_seconds"])
            )
        }
        if let low = json["plausible"]?[0]?.double, let high = json["plausible"]?[1]?.double, low < high {
            plausible = low...high
        }
        if let run = json["on_alert"]?["run"]?.string {
            onAlert = Reaction(run: run, cooldown: seconds(json["on_alert"]?["cooldown_seconds"]))
        }
    }
}

extension AlertLevels {
    var json: JSON { ["warn": .double(warn), "alert": .double(alert)] }
}
