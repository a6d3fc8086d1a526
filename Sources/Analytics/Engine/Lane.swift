internal import Dispatch

/// A thread's worth of DuckDB work: what is given to a lane runs there one after the other, off the cooperative pool.
final class Lane: Sendable {
    private let queue: DispatchQueue

    init(_ number: Int) {
        queue = DispatchQueue(label: "martlet.analytics.\(number)", qos: .userInitiated)
    }

    /// Runs blocking work on the lane's thread.
    func run<Result: Sendable>(_ body: @Sendable @escaping () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
