import Dispatch

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Ctrl-C and SIGTERM, as the end of a task instead of the end of the process: what is under way can be put in order.
enum Interruption {
    /// Runs `body` until it ends or a signal comes; then it is cancelled and waited for.
    ///
    /// - Returns: Whether a signal ended it.
    static func during(_ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return false
            }
            group.addTask {
                for await _ in signals { return true }
                return false
            }
            let isInterrupted = try await group.next() ?? false
            group.cancelAll()
            // The body puts itself in order; that it was cancelled is no failure.
            do { while try await group.next() != nil {} } catch { if !isInterrupted { throw error } }
            return isInterrupted
        }
    }
}
