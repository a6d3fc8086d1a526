import Basics
import Synchronization
import Workers

/// A version that serves, or is about to, or has served: its workers, its input check, and the requests inside.
final class Variant: Sendable {
    let target: Deployment.Target
    let pool: ModelWorkerPool
    let schema: InputSchema
    private let inside = Watched(0)

    init(target: Deployment.Target, pool: ModelWorkerPool, schema: InputSchema) {
        self.target = target
        self.pool = pool
        self.schema = schema
    }

    /// How many requests it answers right now.
    var inFlight: Int { inside.withLock { $0 } }

    func enter() { inside.withLock { $0 += 1 } }
    func leave() { inside.withLock { $0 -= 1 } }

    /// Waits until the last request has its answer; a request cannot take longer than its timeout.
    func drained() async {
        _ = await inside.wait(upTo: target.spec.timeout + .seconds(5)) { $0 == 0 ? true : nil }
    }
}
