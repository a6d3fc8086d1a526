import Analytics
import Basics
import Foundation
import Ledger
import MartletTesting
import Serving
import Storage
import Testing

@testable import Monitoring

/// A monitored deployment in a folder of its own: event times are hours since 2013-04-01.
final class Bench: Sendable {
    static let start = Timestamp(milliseconds: 1_364_774_400_000)
    let store: TestStore
    let monitoring: Monitoring
    let clock = TestTime()

    init(_ spec: MonitorSpec? = nil, reference: Bool = true) async throws {
        store = try await TestStore([Monitoring.migrations], world: .test(time: clock))
        monitoring = Self.room(store)
        if let spec { try await configure(spec) }
        if reference { try await setReference(version: 1) }
    }

    static func room(_ store: TestStore) -> Monitoring {
        Monitoring(
            database: store.database,
            ledger: store.ledger,
            world: store.world,
            analytics: Analytics(analyticsSettings)
        )
    }

    static var analyticsSettings: AnalyticsSettings {
        let environment = ProcessInfo.processInfo.environment
        return AnalyticsSettings(
            environment: environment,
            pythonEnvironments: [environment["MARTLET_PYTHON_ENV"], ".venv"].compactMap(\.self)
        )
    }

    static func hasDuckDB() async -> Bool { (try? await Analytics(analyticsSettings).library()) != nil }

    func configure(_ spec: MonitorSpec) async throws {
        let monitoring = monitoring
        try await store.database.write { tx in
            try monitoring.configure(tx, deployment: "flights", model: "flights", spec: spec)
        }
    }

    /// Temperatures from 0 to 99, origins in equal parts, scores evenly over [0, 1).
    func setReference(version: Int, warmer: Double = 0, scores: [Double] = (0..<1000).map { Double($0) / 1000 })
        async throws
    {
        let temperatures = (0..<1000).map { Double($0) / 10 + warmer }
        let numbers = try #require(NumericBins(of: temperatures))
        let categories = CategoryBins(["EWR", "JFK", "LGA"], hasOthers: false)
        let features = [
            FeatureProfile(name: "temp", bins: .number(numbers), counts: numbers.counts(temperatures), nulls: 0),
            FeatureProfile(name: "origin", bins: .category(categories), counts: [334, 333, 333, 0], nulls: 0),
            // The label stands in the training data and in no request.
            FeatureProfile(name: "late", bins: .number(numbers), counts: numbers.counts(temperatures), nulls: 0),
        ]
        let draft = ReferenceDraft(
            deployment: "flights",
            model: "flights",
            version: version,
            rows: 1000,
            features: features,
            scores: ScoreProfile(scores: scores)
        )
        let monitoring = monitoring
        try await store.database.write { tx in try monitoring.setReference(tx, draft) }
    }

    /// A request of rows at one hour, spread as the reference is; `warmer` moves the temperatures.
    func batch(
        _ id: String,
        hour: Double,
        rows: Int = 100,
        version: Int = 1,
        warmer: Double = 0,
        scores: [Double]? = nil,
        keys: Bool = true
    ) throws -> PredictionBatch {
        let time = Timestamp(milliseconds: Self.start.milliseconds + Int64(hour * 3_600_000))
        let scores = scores ?? (0..<rows).map { (Double($0) + 0.5) / Double(rows) }
        return PredictionBatch(
            id: id,
            deployment: "flights",
            model: "flights",
            version: version,
            time: clock.now(),
            eventTimes: [Timestamp](repeating: time, count: rows),
            keys: (0..<rows).map { keys ? "\(id)/\($0)" : nil },
            inputs: try ColumnTable([
                .doubles("temp", (0..<rows).map { Double($0 % 100) + 0.05 + warmer }),
                .strings("origin", (0..<rows).map { ["EWR", "JFK", "LGA"][$0 % 3] }),
            ]),
            outputs: try ColumnTable([.doubles("prediction", scores)]),
            scores: scores,
            latency: 0.004
        )
    }

    func record(_ batch: PredictionBatch) async throws { try await monitoring.record(batch) }

    /// The windows as the API shows them.
    func windows(_ room: Monitoring? = nil) async throws -> [JSON] {
        let report = MonitoringReport(cache: (room ?? monitoring).cache)
        let json = try await store.database.read { tx in
            try report.read(tx, "flights", from: nil, to: nil, limit: 100)
        }
        return json["windows"]?.array ?? []
    }

    /// Kind, signal and feature of all alert events so far.
    func events() async throws -> [String] {
        try await store.ledger.events(after: 0, kinds: ["alert.fired", "alert.resolved"]).map {
            "\($0.kind) \($0.payload["signal"]?.string ?? "") \($0.payload["feature"]?.string ?? "")"
        }
    }

    /// The actuals of a request: the given outcome for each row.
    func actuals(_ id: String, rows: Int = 100, replace: Bool = false, _ value: (Int) -> Double) -> [Actual] {
        (0..<rows).map {
            Actual(.correlation("\(id)/\($0)"), value: value($0), time: Self.start, replace: replace)
        }
    }
}

extension MonitorSpec {
    /// Windows of a day; a hundred predictions are enough.
    static let daily = MonitorSpec(
        drift: Drift(minimum: 100),
        quality: Quality(metric: .auroc, alert: 0.6, calm: 0.7, minimum: 50),
        closeAfter: 2
    )
}
