import Synchronization

/// A value under a lock that tasks can wait for: "until a worker is free", "until the model is loaded".
///
/// ```swift
/// let worker = await pool.wait(upTo: .seconds(5)) { state in state.idle.popLast() }
/// ```
///
/// Who waits is served in order. A check may take something out of the value; what it takes is never lost, whether the
/// wait ends by time, by cancellation or by success.
public final class Watched<Value: Sendable>: Sendable {
    private struct Waiter: Sendable {
        let id: UInt64
        /// Tries the value, and answers how to wake the one that waits.
        let attempt: @Sendable (inout Value) -> (@Sendable () -> Void)?
        let cancel: @Sendable () -> Void
    }

    private struct State: Sendable {
        var value: Value
        var waiters: [Waiter] = []
        var nextID: UInt64 = 0
    }

    private let state: Mutex<State>

    /// Makes one.
    public init(_ value: Value) { state = Mutex(State(value: value)) }

    /// How many wait, for tests that must know that somebody does.
    var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Reads or changes the value, and wakes those whose condition now holds.
    public func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        let (result, woken) = state.withLock { state in
            let result = body(&state.value)
            var woken: [@Sendable () -> Void] = []
            if !state.waiters.isEmpty {
                var rest: [Waiter] = []
                for waiter in state.waiters {
                    if let wake = waiter.attempt(&state.value) { woken.append(wake) } else { rest.append(waiter) }
                }
                state.waiters = rest
            }
            return (result, woken)
        }
        for wake in woken { wake() }
        return result
    }

    /// Waits until the check answers something.
    ///
    /// - Parameters:
    ///   - limit: How long at most.
    ///   - check: Looks at the value, and may change it when it answers.
    /// - Returns: What the check answered; `nil` when the time is over or the task is cancelled.
    public func wait<Result: Sendable>(
        upTo limit: Duration,
        _ check: @escaping @Sendable (inout Value) -> Result?
    ) async -> Result? {
        if let result = state.withLock({ check(&$0.value) }) { return result }
        return await withTaskGroup(of: Result?.self) { group in
            group.addTask { await self.enqueue(check) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            // The other one may have got something at the last moment.
            let second = await group.next() ?? nil
            return first ?? second
        }
    }

    private func enqueue<Result: Sendable>(_ check: @escaping @Sendable (inout Value) -> Result?) async -> Result? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result?, Never>) in
                let immediate: Result?? = state.withLock { state in
                    // Under the lock: a cancellation from now on finds the waiter.
                    if Task.isCancelled { return .some(nil) }
                    if let result = check(&state.value) { return .some(result) }
                    state.waiters.append(
                        Waiter(
                            id: id,
                            attempt: { value in
                                guard let result = check(&value) else { return nil }
                                return { continuation.resume(returning: result) }
                            },
                            cancel: { continuation.resume(returning: nil) }
                        )
                    )
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index)
            }
            waiter?.cancel()
        }
    }
}
