import Basics
import Ledger
import MartletTesting
import Registry
import Storage
import Tracking

/// A registry over an empty store, and a run to take models from.
struct RegistryFixture {
    let store: TestStore
    let tracking: Tracking
    let registry: Registry
    let run: Run

    init() async throws {
        store = try await TestStore([Tracking.migrations, Registry.migrations])
        tracking = Tracking(database: store.database, ledger: store.ledger, blobs: store.blobs, world: store.world)
        try await tracking.prepare()
        registry = Registry(
            database: store.database,
            ledger: store.ledger,
            blobs: store.blobs,
            tracking: tracking,
            world: store.world
        )
        run = try await tracking.createRun(experimentID: "0", startTime: store.world.now(), actor: "test")
    }

    /// A version taken from the run.
    func version(of name: String = "flights") async throws -> ModelVersion {
        try await registry.createVersion(name: name, source: "runs:/\(run.id)/model", runID: run.id, actor: "test")
    }
}
