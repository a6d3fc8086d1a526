/// Runs work that is asked for from elsewhere as children of one task, so that none is left behind when that task ends.
public final class TaskHost: Sendable {
    private let work: AsyncStream<@Sendable () async -> Void>
    private let continuation: AsyncStream<@Sendable () async -> Void>.Continuation

    /// Makes a host.
    ///
    /// - Parameter limit: How much work may wait before `run` takes it up.
    public init(limit: Int = 1024) {
        (work, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limit))
    }

    /// Has something done; answers false where the host has ended or too much waits.
    public func start(_ body: @escaping @Sendable () async -> Void) -> Bool {
        if case .enqueued = continuation.yield(body) { true } else { false }
    }

    /// Runs until the task is cancelled, and returns after all work has ended.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await body in work { group.addTask { await body() } }
            group.cancelAll()
        }
    }
}
