import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Waits for processes to end, ours or not: one thread for all, and none while there is nothing to wait for.
final class ExitWatcher: Sendable {
    private struct Waiting {
        let identity: ProcessIdentity
        /// A descriptor that becomes readable when the process ends (`man 2 pidfd_open`); -1 where the kernel has none.
        let descriptor: Int32
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var waiting: [Int: Waiting] = [:]
        var nextID = 0
        var isRunning = false
        /// Read and write end: a byte in it says that there is more to wait for.
        var bell: (read: Int32, write: Int32) = (-1, -1)
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "martlet.exits")

    deinit {
        let bell = state.withLock { $0.bell }
        if bell.read >= 0 {
            _ = close(bell.read)
            _ = close(bell.write)
        }
    }

    /// Returns when the process has ended.
    ///
    /// - Throws: `CancellationError` when the waiting task is cancelled; the process goes on.
    func wait(for identity: ProcessIdentity) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let descriptor = Self.open(identity.pid)
                // After the descriptor is there the number cannot come to mean another process: now compare.
                guard identity.isAlive, !Task.isCancelled else {
                    if descriptor >= 0 { _ = close(descriptor) }
                    return continuation.resume()
                }
                let mustStart = state.withLock { state in
                    state.waiting[id] = Waiting(identity: identity, descriptor: descriptor, continuation: continuation)
                    Self.ring(&state)
                    defer { state.isRunning = true }
                    return !state.isRunning
                }
                if mustStart { queue.async { self.run() } }
                // Cancelled between the look above and being in the list: nobody else would take it out.
                if Task.isCancelled { release(id) }
            }
        } onCancel: {
            release(id)
        }
        reap(identity.pid)
        try Task.checkCancellation()
    }

    private func release(_ id: Int) {
        guard let waiting = state.withLock({ $0.waiting.removeValue(forKey: id) }) else { return }
        waiting.continuation.resume()
        // The thread may be polling the descriptor right now; it is closed there, behind this poll.
        let descriptor = waiting.descriptor
        if descriptor >= 0 { queue.async { _ = close(descriptor) } }
    }

    private func run() {
        while true {
            let (waiting, bell) = state.withLock { state in
                if state.waiting.isEmpty { state.isRunning = false }
                return (state.waiting, state.bell.read)
            }
            if waiting.isEmpty { return }
            let order = Array(waiting)
            var watched = order.map { pollfd(fd: $0.value.descriptor, events: Int16(POLLIN), revents: 0) }
            watched.append(pollfd(fd: bell, events: Int16(POLLIN), revents: 0))
            let isBlind = bell < 0 || order.contains { $0.value.descriptor < 0 }
            _ = poll(&watched, nfds_t(watched.count), isBlind ? 10 : 1000)
            if watched[order.count].revents != 0 {
                var rung = [UInt8](repeating: 0, count: 64)
                _ = read(bell, &rung, rung.count)
            }
            for ((id, entry), seen) in zip(order, watched)
            where seen.revents != 0 || (entry.descriptor < 0 && !entry.identity.isAlive) {
                guard let entry = state.withLock({ $0.waiting.removeValue(forKey: id) }) else { continue }
                if entry.descriptor >= 0 { _ = close(entry.descriptor) }
                entry.continuation.resume()
            }
        }
    }

    private static func ring(_ state: inout State) {
        if state.bell.read < 0 {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return }
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
            state.bell = (ends[0], ends[1])
        }
        var byte: UInt8 = 1
        _ = write(state.bell.write, &byte, 1)
    }

    private func reap(_ pid: Int32) { _ = waitpid(pid, nil, WNOHANG) }

    private static func open(_ pid: Int32) -> Int32 {
        #if os(Linux)
        typealias Open = @convention(c) (Int32, UInt32) -> Int32
        guard let symbol = dlsym(nil, "pidfd_open") else { return -1 }
        return unsafeBitCast(symbol, to: Open.self)(pid, 0)
        #else
        return -1
        #endif
    }
}
