import Synchronization

/// Wakes whoever waits for something under a name; a call that comes before the wait counts.
final class Wake: Sendable {
    private struct State {
        var rung: [String: Int] = [:]
        var waiting: [Int: (name: String, continuation: CheckedContinuation<Void, Never>)] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    /// How often the name was called so far.
    func count(_ name: String) -> Int { state.withLock { $0.rung[name, default: 0] } }

    /// Calls everybody who waits under a name.
    func ring(_ name: String) {
        let woken = state.withLock { state in
            state.rung[name, default: 0] += 1
            let woken = state.waiting.filter { $0.value.name == name }
            for id in woken.keys { state.waiting[id] = nil }
            return woken.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Forgets a name that nobody will wait under any more.
    func forget(_ name: String) { state.withLock { $0.rung[name] = nil } }

    /// Returns when the name was called more often than `count`, after some time, or when the task is cancelled.
    func wait(_ name: String, after count: Int, upTo limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(name, after: count) }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait(_ name: String, after count: Int) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if state.rung[name, default: 0] > count || Task.isCancelled { return true }
                    state.waiting[id] = (name, continuation)
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.continuation.resume()
        }
    }
}
