import Synchronization

/// A deployment in memory: where its requests go right now, and its traffic.
final class LiveDeployment: Sendable {
    private struct State {
        var current: Variant?
        var others: [Variant] = []
    }

    let name: String
    let traffic = Traffic()
    private let state = Mutex(State())

    init(name: String) { self.name = name }

    /// The variant that answers a request; the caller calls `leave` when it has the answer.
    ///
    /// Choosing and entering are one step, so that a variant that drains never gets one more.
    func enter() -> Variant? {
        state.withLock { state in
            state.current?.enter()
            return state.current
        }
    }

    /// What answers now.
    var current: Variant? { state.withLock { $0.current } }

    /// Sends requests to another variant from now on.
    func route(to variant: Variant) {
        state.withLock { state in
            state.others.removeAll { $0 === variant }
            if let old = state.current, old !== variant { state.others.append(old) }
            state.current = variant
        }
    }

    /// Forgets a variant that has ended.
    func forget(_ variant: Variant) {
        state.withLock { state in state.others.removeAll { $0 === variant } }
    }

    /// All variants and what they do.
    var variants: [(variant: Variant, isCurrent: Bool)] {
        state.withLock { state in (state.current.map { [($0, true)] } ?? []) + state.others.map { ($0, false) } }
    }
}
