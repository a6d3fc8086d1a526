/// A pipeline run as a state machine: events go in, actions come out, and nothing is touched. Who drives it does what the
/// actions say and tells how it went.
struct RunMachine: Sendable, Hashable {
    /// The state of a step.
    enum Phase: String, Sendable, Hashable, CaseIterable {
        /// Waits for steps before it.
        case pending
        /// Waits for its next try.
        case queued
        /// An attempt is under way: it waits for cores and memory, or runs.
        case running
        case succeeded
        /// An earlier result of the same work stands for it.
        case cached
        case failed
        /// A step before it did not end well.
        case skipped
        case cancelled

        var isFinal: Bool { isGood || self == .failed || self == .skipped || self == .cancelled }
        var isGood: Bool { self == .succeeded || self == .cached }
    }

    struct Step: Sendable, Hashable {
        let name: String
        let needs: [String]
        let retries: Int
        var phase: Phase = .pending
        /// The attempt that runs or ran last; 0 before the first.
        var attempt = 0
        /// Attempts that failed by themselves: these count against the retries.
        var failures = 0
        /// Attempts whose supervisor was lost: a fault of the machine, with a bound of its own.
        var losses = 0
    }

    enum Outcome: Sendable, Hashable {
        case succeeded
        case cached
        /// `isFinal`: trying again cannot help (a program that is not there, a mistake in the declaration).
        case failed(isFinal: Bool)
        case lost
        case cancelled
    }

    enum Event: Sendable, Hashable {
        /// The machine begins, or goes on after a restart with what was stored.
        case begin
        case finished(String, Outcome)
        /// The pause before another try is over.
        case retryDue(String)
        case cancel
    }

    enum Action: Sendable, Hashable {
        /// Try the step: this attempt.
        case run(String, attempt: Int)
        /// The attempt was running before a restart: find it again.
        case resume(String, attempt: Int)
        /// Send `retryDue` after this pause.
        case pause(String, failures: Int)
        /// Give the running attempt up.
        case revoke(String)
        /// Record that it will not run.
        case drop(String, Phase)
        /// All is over.
        case finish(Status)
    }

    /// How a run ends.
    enum Status: String, Sendable, Hashable { case succeeded, failed, cancelled }

    /// More often than this the machine itself is at fault.
    static let lossLimit = 3

    private(set) var steps: [Step]
    private(set) var isCancelled = false
    private(set) var isFinished = false
    private let places: [String: Int]

    init(steps: [Step]) {
        self.steps = steps
        places = Dictionary(zip(steps.map(\.name), steps.indices), uniquingKeysWith: { first, _ in first })
    }

    mutating func handle(_ event: Event) -> [Action] {
        guard !isFinished else { return [] }
        var actions: [Action] = []
        switch event {
        case .begin:
            for index in steps.indices {
                switch steps[index].phase {
                case .running: actions.append(.resume(steps[index].name, attempt: steps[index].attempt))
                case .queued: actions.append(run(index))
                case .pending, .succeeded, .cached, .failed, .skipped, .cancelled: break
                }
            }
        case .finished(let name, let outcome): actions += finish(name, outcome)
        case .retryDue(let name):
            if let index = index(name), steps[index].phase == .queued { actions.append(run(index)) }
        case .cancel:
            guard !isCancelled else { break }
            isCancelled = true
            for index in steps.indices {
                switch steps[index].phase {
                case .running: actions.append(.revoke(steps[index].name))
                case .queued, .pending:
                    steps[index].phase = .cancelled
                    actions.append(.drop(steps[index].name, .cancelled))
                case .succeeded, .cached, .failed, .skipped, .cancelled: break
                }
            }
        }
        actions += advance()
        return actions
    }

    private mutating func run(_ index: Int) -> Action {
        steps[index].phase = .running
        steps[index].attempt += 1
        return .run(steps[index].name, attempt: steps[index].attempt)
    }

    private mutating func finish(_ name: String, _ outcome: Outcome) -> [Action] {
        guard let index = index(name), !steps[index].phase.isFinal else { return [] }
        switch outcome {
        case .succeeded: steps[index].phase = .succeeded
        case .cached: steps[index].phase = .cached
        case .cancelled: steps[index].phase = .cancelled
        case .failed(let isFinal):
            steps[index].failures += 1
            if isCancelled {
                steps[index].phase = .cancelled
            } else if isFinal || steps[index].failures > steps[index].retries {
                steps[index].phase = .failed
            } else {
                steps[index].phase = .queued
                return [.pause(name, failures: steps[index].failures)]
            }
        case .lost:
            steps[index].losses += 1
            if isCancelled {
                steps[index].phase = .cancelled
            } else if steps[index].losses >= Self.lossLimit {
                steps[index].phase = .failed
            } else {
                return [run(index)]
            }
        }
        return []
    }

    /// Starts what may start, drops what cannot any more, and ends the run when nothing is left.
    private mutating func advance() -> [Action] {
        var actions: [Action] = []
        var changed = true
        while changed {
            changed = false
            for index in steps.indices where steps[index].phase == .pending {
                let needs = steps[index].needs.compactMap { places[$0].map { steps[$0].phase } }
                if needs.allSatisfy(\.isGood) {
                    actions.append(run(index))
                    changed = true
                } else if needs.contains(where: { $0.isFinal && !$0.isGood }) {
                    steps[index].phase = isCancelled ? .cancelled : .skipped
                    actions.append(.drop(steps[index].name, steps[index].phase))
                    changed = true
                }
            }
        }
        if steps.allSatisfy(\.phase.isFinal) {
            isFinished = true
            let status: Status =
                steps.allSatisfy(\.phase.isGood)
                ? .succeeded : isCancelled ? .cancelled : .failed
            actions.append(.finish(status))
        }
        return actions
    }

    private func index(_ name: String) -> Int? { places[name] }
}
