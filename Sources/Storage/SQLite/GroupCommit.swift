import Basics
import Dispatch
import GRDB
import Synchronization

/// Lets writers that arrive together share one transaction of the engine, and so one sync of the disk.
///
/// While one group is being made durable the next gathers. Within a group each writer has a savepoint of its own, so one
/// that throws takes nothing of the others with it.
final class GroupCommit: Sendable {
    /// More than this many waiting writers are told to come back later.
    private static let queueLimit = 16_384
    /// A group ends here, so that the first of a burst does not wait for the last.
    private static let groupLimit = 1024

    private struct State {
        var waiting: [any Job] = []
        var isRunning = false
    }

    private let pool: DatabasePool
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "martlet.writer", qos: .userInitiated)

    init(pool: DatabasePool) { self.pool = pool }

    func submit(_ job: any Job) {
        enum Next { case start, wait, refuse }
        let next: Next = state.withLock { state in
            guard state.waiting.count < Self.queueLimit else { return .refuse }
            state.waiting.append(job)
            if state.isRunning { return .wait }
            state.isRunning = true
            return .start
        }
        switch next {
        case .start: queue.async { self.run() }
        case .wait: break
        case .refuse:
            job.fail(
                MartletError(
                    .exhausted,
                    "\(Self.queueLimit) writers are waiting for the database",
                    hint: "try again in a second"
                )
            )
        }
    }

    /// Returns after everything that was submitted before is answered.
    func drain() async {
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }

    private func run() {
        while true {
            let group: [any Job] = state.withLock { state in
                let group = Array(state.waiting.prefix(Self.groupLimit))
                state.waiting.removeFirst(group.count)
                if group.isEmpty { state.isRunning = false }
                return group
            }
            if group.isEmpty { return }
            commit(group)
        }
    }

    private func commit(_ group: [any Job]) {
        do {
            try pool.writeWithoutTransaction { db in
                let session = SQLiteSession(db)
                try session.command("BEGIN IMMEDIATE")
                do {
                    for job in group { try Self.run(job, in: session, alone: group.count == 1) }
                    try session.command("COMMIT")
                } catch {
                    if session.isInTransaction { try? session.command("ROLLBACK") }
                    throw error
                }
            }
        } catch {
            // Nothing of the group is stored: a full disk, or the one writer that was alone in it.
            for job in group { job.fail(SQLiteSession.translate(error)) }
            return
        }
        for job in group { job.succeed() }
    }

    private static func run(_ job: any Job, in session: SQLiteSession, alone: Bool) throws {
        if alone { return try job.run(in: session) }
        try session.command("SAVEPOINT job")
        do {
            try job.run(in: session)
            try session.command("RELEASE job")
        } catch {
            // SQLite gives up the whole transaction for some errors (a full disk): then the group fails with it.
            guard session.isInTransaction else { throw error }
            try session.command("ROLLBACK TO job")
            try session.command("RELEASE job")
            job.fail(SQLiteSession.translate(error))
        }
    }
}

/// One writer's closure and who waits for it.
protocol Job: Sendable {
    func run(in session: SQLiteSession) throws
    func succeed()
    func fail(_ error: any Error)
}

/// A job that returns a value; it is answered once, after the group is durable or when it failed.
final class WriteJob<T: Sendable>: Job {
    private struct State {
        var continuation: CheckedContinuation<T, any Error>?
        var value: T?
        var afterCommit: [@Sendable () -> Void] = []
    }

    private let body: @Sendable (Transaction) throws -> T
    private let state: Mutex<State>

    init(body: @escaping @Sendable (Transaction) throws -> T, continuation: CheckedContinuation<T, any Error>) {
        self.body = body
        state = Mutex(State(continuation: continuation))
    }

    func run(in session: SQLiteSession) throws {
        let transaction = Transaction(session: session)
        let value = try body(transaction)
        let afterCommit = transaction.afterCommit
        state.withLock {
            $0.value = value
            $0.afterCommit = afterCommit
        }
    }

    func succeed() {
        let (continuation, value, afterCommit) = state.withLock { state in
            defer { state.continuation = nil }
            return (state.continuation, state.value, state.afterCommit)
        }
        guard let continuation, let value else { return }
        for action in afterCommit { action() }
        continuation.resume(returning: value)
    }

    func fail(_ error: any Error) {
        let continuation = state.withLock { state in
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(throwing: error)
    }
}
