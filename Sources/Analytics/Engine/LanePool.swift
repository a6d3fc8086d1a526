internal import Basics
internal import Synchronization

/// A bounded number of lanes, handed out in the order of asking; a bounded number of callers waits.
final class LanePool: Sendable {
    private struct State {
        var free: [Lane]
        var waiting: [Ticket] = []
    }

    private let state: Mutex<State>
    private let limit: Int

    init(lanes: Int, waiting: Int) {
        state = Mutex(State(free: (0..<lanes).map(Lane.init)))
        limit = waiting
    }

    /// A lane, as soon as one is free; it must be given back with `release`.
    ///
    /// - Throws: `exhausted` when too many wait already; the interruption's error when it is stopped while waiting.
    func acquire(_ interruption: Interruption, limit time: Duration) async throws -> Lane {
        let ticket = Ticket()
        guard interruption.began({ ticket.giveUp() }) else {
            try interruption.check(limit: time)
            throw CancellationError()
        }
        defer { interruption.ended() }
        let lane = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Lane?, any Error>) in
            ticket.wait(continuation)
            enqueue(ticket)
        }
        if let lane { return lane }
        state.withLock { $0.waiting.removeAll { $0 === ticket } }
        try interruption.check(limit: time)
        throw MartletError(
            .exhausted,
            "\(limit) queries wait for DuckDB already",
            hint: "try again in a moment, or allow more connections"
        )
    }

    func release(_ lane: Lane) {
        while true {
            let next = state.withLock { state -> Ticket? in
                if state.waiting.isEmpty {
                    state.free.append(lane)
                    return nil
                }
                return state.waiting.removeFirst()
            }
            // A ticket that was given up takes nothing; the lane goes to the next one.
            guard let next else { return }
            if next.give(lane) { return }
        }
    }

    private func enqueue(_ ticket: Ticket) {
        enum Outcome { case lane(Lane), queued, full }
        let outcome = state.withLock { state -> Outcome in
            if let lane = state.free.popLast() { return .lane(lane) }
            if state.waiting.count >= limit { return .full }
            state.waiting.append(ticket)
            return .queued
        }
        switch outcome {
        case .lane(let lane): if !ticket.give(lane) { release(lane) }
        case .full: ticket.giveUp()
        case .queued: break
        }
    }
}

/// One caller's place in the queue, resumed once: with a lane, or without one.
private final class Ticket: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Lane?, any Error>)
        case done
    }

    private let state = Mutex(State.new)

    func wait(_ continuation: CheckedContinuation<Lane?, any Error>) {
        let isDone = state.withLock { state -> Bool in
            if case .done = state { return true }
            state = .waiting(continuation)
            return false
        }
        if isDone { continuation.resume(returning: nil) }
    }

    /// Answers false when the caller is gone.
    func give(_ lane: Lane) -> Bool {
        guard let continuation = finish() else { return false }
        continuation.resume(returning: lane)
        return true
    }

    func giveUp() {
        finish()?.resume(returning: nil)
    }

    private func finish() -> CheckedContinuation<Lane?, any Error>? {
        state.withLock { state in
            defer { state = .done }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
    }
}
