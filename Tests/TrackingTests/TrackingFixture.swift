import Basics
import Ledger
import MartletTesting
import Storage
import Tracking

/// A tracking room over an empty store.
struct TrackingFixture {
    let store: TestStore
    let tracking: Tracking

    init() async throws {
        store = try await TestStore([Tracking.migrations])
        tracking = Tracking(database: store.database, ledger: store.ledger, blobs: store.blobs, world: store.world)
        try await tracking.prepare()
    }

    /// A run of the experiment `Default`.
    func run() async throws -> Run {
        try await tracking.createRun(experimentID: "0", startTime: store.world.now(), actor: "test")
    }

    /// A point of the metric `m`.
    func point(_ value: Double, at milliseconds: Int64 = 0, step: Int64 = 0) -> MetricPoint {
        MetricPoint(key: "m", value: value, timestamp: Timestamp(milliseconds: milliseconds), step: step)
    }

    /// How many points are stored.
    func points() async throws -> Int64 {
        try await store.database.read { tx in try tx.row("SELECT COUNT(*) AS n FROM metric_points")?.int("n") ?? 0 }
    }
}
