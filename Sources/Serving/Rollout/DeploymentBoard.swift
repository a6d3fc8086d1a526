import Basics
import Workers

/// All deployments in memory, and the inbox of the one that keeps them as they are wanted.
final class DeploymentBoard: Sendable {
    /// What the driver is told.
    enum Message: Sendable {
        /// The table of deployments may have changed.
        case changed
        /// The workers of a generation are ready.
        case started(String, Variant, seconds: Double)
        /// Something happened to a deployment.
        case event(String, RolloutMachine.Event)
    }

    private let live = Watched<[String: LiveDeployment]>([:])
    private let inbox = Watched<[Message]>([])

    /// A deployment that requests can be sent to.
    func deployment(_ name: String) -> LiveDeployment? { live.withLock { $0[name] } }

    /// The same, made if it is not there.
    func make(_ name: String) -> LiveDeployment {
        live.withLock { live in
            if let known = live[name] { return known }
            let fresh = LiveDeployment(name: name)
            live[name] = fresh
            return fresh
        }
    }

    /// Has the driver look at the table.
    func wake() { post(.changed) }

    func post(_ message: Message) { inbox.withLock { $0.append(message) } }

    /// What there is to do; waits for it, not longer than some time.
    func messages(upTo limit: Duration) async -> [Message] {
        await inbox.wait(upTo: limit) { inbox in
            guard !inbox.isEmpty else { return nil }
            defer { inbox = [] }
            return inbox
        } ?? []
    }
}
