/// Decides how a deployment gets from the version that serves to the one that is wanted: what happens in, what to do out.
///
///     wanted ──► start ──ready──► route the traffic, drain the old one
///                     └─failed──► note why; the old one goes on, or the one before comes back, or a later try
///
/// No clock, no process, no database: `RolloutDriver` does what is decided here.
struct RolloutMachine: Sendable, Equatable {
    typealias Target = Deployment.Target

    /// What happened.
    enum Event: Sendable, Equatable {
        /// The server started and found this in the store.
        case restored(wanted: Target, served: Target?, hasFailed: Bool)
        /// A generation is wanted.
        case wanted(Target)
        /// A generation's workers have loaded and warmed the model.
        case started(generation: Int64)
        /// A generation could not be started.
        case failed(generation: Int64, reason: String)
        /// The pause before another try is over.
        case pauseOver(generation: Int64)
    }

    /// What is to be done.
    enum Action: Sendable, Equatable {
        /// Start workers of a generation; `started` or `failed` will follow.
        case start(Target)
        /// Send requests to a generation from now on, and note that it serves.
        case route(Target)
        /// Let a generation finish what it has, then end its workers.
        case drain(generation: Int64)
        /// End a generation's workers: nothing was sent to them.
        case abandon(generation: Int64)
        /// Note why a generation could not be started.
        case noteFailure(Target, reason: String)
        /// Wait, the longer the more tries there were; `pauseOver` will follow.
        case pause(generation: Int64, tries: Int)
    }

    /// What serves.
    private(set) var serving: Target?
    /// What is being started.
    private(set) var starting: Target?
    private var wanted: Target?
    /// What served before the server stopped, while the wanted one is tried first.
    private var fallback: Target?
    private var tries = 0

    /// Takes in what happened.
    mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .restored(let wanted, let served, let hasFailed):
            guard self.wanted == nil else { return handle(.wanted(wanted)) }
            self.wanted = wanted
            if hasFailed, let served { return start(served) }
            fallback = served?.generation == wanted.generation ? nil : served
            return start(wanted)
        case .wanted(let target):
            guard target.generation > (wanted?.generation ?? 0) else { return [] }
            wanted = target
            fallback = nil
            tries = 0
            let abandoned = starting.map { [Action.abandon(generation: $0.generation)] } ?? []
            return abandoned + start(target)
        case .started(let generation):
            guard let target = starting, target.generation == generation else {
                return serving?.generation == generation ? [] : [.abandon(generation: generation)]
            }
            let old = serving
            serving = target
            starting = nil
            fallback = nil
            tries = 0
            return [.route(target)] + (old.map { [.drain(generation: $0.generation)] } ?? [])
        case .failed(let generation, let reason):
            guard let target = starting, target.generation == generation else { return [] }
            starting = nil
            tries += 1
            var actions: [Action] = [.noteFailure(target, reason: reason)]
            if serving == nil {
                if let before = fallback {
                    fallback = nil
                    actions += start(before)
                } else {
                    actions.append(.pause(generation: generation, tries: tries))
                }
            }
            return actions
        case .pauseOver(let generation):
            guard serving == nil, starting == nil, let wanted, generation <= wanted.generation else { return [] }
            return start(wanted)
        }
    }

    private mutating func start(_ target: Target) -> [Action] {
        starting = target
        return [.start(target)]
    }
}
