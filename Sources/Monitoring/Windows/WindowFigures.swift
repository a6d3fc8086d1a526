import Basics

/// What a window's counts amount to, compared with their reference.
struct WindowFigures {
    struct Feature {
        let name: String
        let psi: Double?
        let js: Double?
        let nulls: Double
        let outOfRange: Double
        /// How much larger the share of nulls is than the reference's.
        let nullsAdded: Double
        let rows: UInt64

        func drift(_ measure: DriftMeasure) -> Double? {
            switch measure {
            case .psi: psi
            case .js: js
            }
        }
    }

    let features: [Feature]
    let scorePSI: Double?
    let scoreJS: Double?

    /// Features that no prediction had (a label in the training data) are left out.
    init(_ tally: WindowTally, _ reference: Reference?) {
        features = zip(reference?.features ?? [], tally.features).compactMap { profile, seen in
            let rows = seen.rows
            guard rows > 0, seen.bins.count == profile.counts.count else { return nil }
            let nulls = Double(seen.nulls) / Double(rows)
            return Feature(
                name: profile.name,
                psi: Divergence.psi(expected: profile.counts, actual: seen.bins),
                js: Divergence.jensenShannonDistance(profile.counts, seen.bins),
                nulls: nulls,
                outOfRange: Double(seen.outOfRange) / Double(rows),
                nullsAdded: nulls - profile.nullShare,
                rows: rows
            )
        }
        if let profile = reference?.scores {
            let (expected, actual) = profile.grouped(with: tally.scores)
            scorePSI = Divergence.psi(expected: expected, actual: actual)
            scoreJS = Divergence.jensenShannonDistance(expected, actual)
        } else {
            (scorePSI, scoreJS) = (nil, nil)
        }
    }

    func scoreDrift(_ measure: DriftMeasure) -> Double? {
        switch measure {
        case .psi: scorePSI
        case .js: scoreJS
        }
    }

    /// What of it may be worth an alert.
    func observations(_ tally: WindowTally, _ spec: MonitorSpec) -> [Observation] {
        var found: [Observation] = []
        func add(_ signal: AlertSignal, _ feature: String, _ value: Double?, _ levels: AlertLevels) {
            guard let value else { return }
            found.append(
                Observation(
                    signal: signal,
                    feature: feature,
                    value: value,
                    threshold: levels.alert,
                    verdict: levels.verdict(value)
                )
            )
        }
        if let drift = spec.drift, tally.predictions >= UInt64(drift.minimum) {
            let isWatched: (String) -> Bool = { drift.features?.contains($0) ?? true }
            for feature in features where isWatched(feature.name) {
                add(.drift, feature.name, feature.drift(drift.measure), drift.levels)
                add(.nulls, feature.name, feature.nullsAdded, spec.nulls)
                if let levels = spec.outOfRange { add(.outOfRange, feature.name, feature.outOfRange, levels) }
            }
            if isWatched("score") { add(.drift, "score", scoreDrift(drift.measure), drift.levels) }
        }
        found.append(Self.plausibility(tally))
        return found
    }

    /// One implausible score is one too many.
    static func plausibility(_ tally: WindowTally) -> Observation {
        let wrong = tally.notFinite + tally.implausible
        return Observation(
            signal: .plausibility,
            feature: "score",
            value: tally.predictions == 0 ? 0 : Double(wrong) / Double(tally.predictions),
            threshold: 0,
            verdict: wrong > 0 ? .bad : .calm
        )
    }
}
