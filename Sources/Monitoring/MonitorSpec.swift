public import Basics

/// What is watched of a deployment and when it is worth an alert: `models.NAME.monitor` of the project file.
///
/// ```yaml
/// monitor:
///   window: 7d
///   reference: steps.prepare.train
///   drift: {measure: psi, warn: 0.1, alert: 0.25, features: [temp, hour, score]}
///   quality: {metric: auroc, alert_below: 0.6, minimum: 200, actuals_within: 30d}
///   nulls: {warn: 0.05, alert: 0.1}
///   out_of_range: {warn: 0.05, alert: 0.1}
///   plausible: [0, 1]
///   close_after: 2
///   on_alert: {run: train, cooldown: 14d}
/// ```
public struct MonitorSpec: Sendable, Hashable {
    /// Where drift is measured by and from which value on it counts.
    public struct Drift: Sendable, Hashable {
        /// How drift is measured.
        public var measure: DriftMeasure
        /// At which values it is worth a mark and an alert.
        public var levels: AlertLevels
        /// Which features are judged, `score` among them; all and the score if `nil`.
        public var features: [String]?
        /// A window with fewer predictions is not judged.
        public var minimum: Int

        /// Makes one.
        public init(
            measure: DriftMeasure = .psi,
            levels: AlertLevels? = nil,
            features: [String]? = nil,
            minimum: Int = 200
        ) {
            self.measure = measure
            self.levels = levels ?? measure.levels
            self.features = features
            self.minimum = minimum
        }
    }

    /// Which quality is watched and from which value on it is too low.
    public struct Quality: Sendable, Hashable {
        /// The figure.
        public var metric: Metric
        /// Worse than this is worth an alert: below it, or above it for a metric whose small values are good.
        public var alert: Double
        /// As good as this, an open alert calms down.
        public var calm: Double
        /// A window with fewer actuals is not judged.
        public var minimum: Int
        /// How long after the end of a window its actuals are waited for; a window if `nil`.
        public var actualsWithin: Duration?

        /// Makes one.
        public init(
            metric: Metric,
            alert: Double,
            calm: Double? = nil,
            minimum: Int = 200,
            actualsWithin: Duration? = nil
        ) {
            self.metric = metric
            self.alert = alert
            self.calm = calm ?? alert
            self.minimum = minimum
            self.actualsWithin = actualsWithin
        }
    }

    /// What an alert starts.
    public struct Reaction: Sendable, Hashable {
        /// The pipeline.
        public var run: String
        /// How long after one such run the next alert starts none, by event time.
        public var cooldown: Duration?

        /// Makes one.
        public init(run: String, cooldown: Duration? = nil) {
            self.run = run
            self.cooldown = cooldown
        }
    }

    /// The length of a window, by event time.
    public var window: Duration
    /// The step output that the reference statistics are made from, such as `steps.prepare.train`.
    public var reference: String?
    /// Drift of features and score; not judged if `nil`.
    public var drift: Drift?
    /// Quality; not judged if `nil`.
    public var quality: Quality?
    /// By how much a feature's share of nulls may exceed the reference's.
    public var nulls: AlertLevels
    /// How large the share of values outside the reference's range may be; not judged if `nil`.
    public var outOfRange: AlertLevels?
    /// Where scores must lie; where the reference's lie in [0, 1], that is it if `nil`.
    public var plausible: ClosedRange<Double>?
    /// How many calm windows in a row close an alert.
    public var closeAfter: Int
    /// What an alert starts.
    public var onAlert: Reaction?

    /// Makes one.
    public init(
        window: Duration = .seconds(86_400),
        reference: String? = nil,
        drift: Drift? = Drift(),
        quality: Quality? = nil,
        nulls: AlertLevels = AlertLevels(warn: 0.05, alert: 0.1),
        outOfRange: AlertLevels? = nil,
        plausible: ClosedRange<Double>? = nil,
        closeAfter: Int = 2,
        onAlert: Reaction? = nil
    ) {
        self.window = window
        self.reference = reference
        self.drift = drift
        self.quality = quality
        self.nulls = nulls
        self.outOfRange = outOfRange
        self.plausible = plausible
        self.closeAfter = closeAfter
        self.onAlert = onAlert
    }
}

/// How far two populations are apart.
public enum DriftMeasure: String, Sendable, Hashable, CaseIterable {
    /// The population stability index, see ``Divergence/psi(expected:actual:)``.
    case psi
    /// The Jensen–Shannon distance to base 2, see ``Divergence/jensenShannonDistance(_:_:)``.
    case js

    /// What is commonly held to be some and much drift.
    ///
    /// PSI: Siddiqi 2006. The distance has no such custom; these are Evidently's 0.1 and twice that.
    public var levels: AlertLevels {
        switch self {
        case .psi: AlertLevels(warn: 0.1, alert: 0.25)
        case .js: AlertLevels(warn: 0.1, alert: 0.2)
        }
    }
}

/// Two levels, so that an alert does not flutter: it opens at the upper one and closes only below the lower one.
public struct AlertLevels: Sendable, Hashable {
    /// From here on a value is marked; below it, an open alert calms down.
    public var warn: Double
    /// From here on a value opens an alert.
    public var alert: Double

    /// Makes levels.
    public init(warn: Double, alert: Double) {
        self.warn = warn
        self.alert = alert
    }

    /// What a value amounts to: `ok`, `warn` or `alert`.
    public func name(of value: Double) -> String { value >= alert ? "alert" : value >= warn ? "warn" : "ok" }
}
