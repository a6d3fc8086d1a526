import Synchronization

/// What the machine has, shared out: who asks first is served first, so that a large step is not starved by small ones.
final class ResourcePool: Sendable {
    private struct Waiting {
        let id: Int
        let cpu: Double
        let memory: Int64
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var cpu: Double
        var memory: Int64
        var nextID = 0
        var queue: [Waiting] = []
        var cancelled: Set<Int> = []
    }

    private let capacity: (cpu: Double, memory: Int64)
    private let state: Mutex<State>

    init(cpu: Double, memory: Int64) {
        capacity = (cpu, memory)
        state = Mutex(State(cpu: cpu, memory: memory))
    }

    /// What of the machine a step really gets: one that asks for more than there is has it alone.
    func share(_ cpu: Double, _ memory: Int64?) -> (cpu: Double, memory: Int64) {
        (min(cpu, capacity.cpu), min(memory ?? 0, capacity.memory))
    }

    /// Waits for a share.
    ///
    /// - Throws: `CancellationError` when the waiting task is cancelled.
    func acquire(_ cpu: Double, _ memory: Int64) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isGiven = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now: Bool? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return false }
                    if state.queue.isEmpty, cpu <= state.cpu + 1e-9, memory <= state.memory {
                        state.cpu -= cpu
                        state.memory -= memory
                        return true
                    }
                    state.queue.append(Waiting(id: id, cpu: cpu, memory: memory, continuation: continuation))
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            let waiting: CheckedContinuation<Bool, Never>? = state.withLock { state in
                guard let place = state.queue.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.queue.remove(at: place).continuation
            }
            waiting?.resume(returning: false)
            serve()
        }
        // A cancel that came after the share was given left its mark behind.
        state.withLock { _ = $0.cancelled.remove(id) }
        if !isGiven { throw CancellationError() }
    }

    /// Takes a share at once, whatever is left: for what runs already.
    func claim(_ cpu: Double, _ memory: Int64) {
        state.withLock { state in
            state.cpu -= cpu
            state.memory -= memory
        }
    }

    /// Gives a share back.
    func release(_ cpu: Double, _ memory: Int64) {
        state.withLock { state in
            state.cpu += cpu
            state.memory += memory
        }
        serve()
    }

    private func serve() {
        let served = state.withLock { state in
            var served: [CheckedContinuation<Bool, Never>] = []
            while let first = state.queue.first, first.cpu <= state.cpu + 1e-9, first.memory <= state.memory {
                state.cpu -= first.cpu
                state.memory -= first.memory
                served.append(first.continuation)
                state.queue.removeFirst()
            }
            return served
        }
        for continuation in served { continuation.resume(returning: true) }
    }
}
