internal import Basics
internal import Synchronization

/// Stops a running query from another thread, and only while it runs: a connection is used for the next query right
/// after, which must not be hit.
final class Interruption: Sendable {
    enum Reason: Sendable { case cancelled, deadline }

    private struct State {
        var reason: Reason?
        var interrupt: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// From here on `interrupt` stops the query; answers false when it was stopped before it began.
    func began(_ interrupt: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            state.interrupt = interrupt
            return state.reason == nil
        }
    }

    /// The connection goes on to other work.
    func ended() { state.withLock { $0.interrupt = nil } }

    /// Stops the query now, or before it begins.
    func stop(_ reason: Reason) {
        // Called under the lock, so that the query cannot end in between; DuckDB only sets a flag here.
        state.withLock { state in
            if state.reason == nil { state.reason = reason }
            state.interrupt?()
        }
    }

    var reason: Reason? { state.withLock(\.reason) }

    /// The error of a stopped query, or nil when nobody stopped it.
    func error(limit: Duration) -> MartletError? {
        switch reason {
        case nil: nil
        case .cancelled: MartletError(.cancelled, "the query was cancelled")
        case .deadline:
            MartletError(
                .deadlineExceeded,
                "the query took longer than \(limit.milliseconds) ms and was stopped",
                hint: "ask for less at once, or allow more time"
            )
        }
    }

    /// Throws the error of a query that was stopped.
    func check(limit: Duration) throws {
        if let error = error(limit: limit) { throw error }
    }
}

extension Interruption {
    /// Waits, then stops the query; returns early when the surrounding task is cancelled or done.
    func stop(after limit: Duration) async {
        do { try await Task.sleep(for: limit) } catch { return }
        stop(.deadline)
    }
}
