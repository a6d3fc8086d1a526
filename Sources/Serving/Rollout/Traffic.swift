import Basics
import Synchronization

/// What went through a deployment since the server started.
final class Traffic: Sendable {
    private struct State {
        var requests = 0
        var predictions = 0
        var failed = 0
        var refused = 0
        /// The last latencies, in seconds; a ring.
        var latencies: [Double] = []
        var next = 0
    }

    /// As many latencies make the quantiles: enough for the hundredth, few enough to sort at each look.
    private static let kept = 2048
    private let state = Mutex(State())

    func answered(rows: Int, seconds: Double) {
        state.withLock { state in
            state.requests += 1
            state.predictions += rows
            if state.latencies.count < Self.kept {
                state.latencies.append(seconds)
            } else {
                state.latencies[state.next] = seconds
                state.next = (state.next + 1) % Self.kept
            }
        }
    }

    /// The server's fault, or overload.
    func failed() {
        state.withLock { state in
            state.requests += 1
            state.failed += 1
        }
    }

    /// The caller's mistake.
    func refused() {
        state.withLock { state in
            state.requests += 1
            state.refused += 1
        }
    }

    var json: JSON {
        let now = state.withLock { $0 }
        let report = LatencyReport(seconds: now.latencies)
        return [
            "requests": JSON(now.requests), "predictions": JSON(now.predictions), "failed": JSON(now.failed),
            "refused": JSON(now.refused),
            "p50_ms": .double(report.p50Milliseconds), "p99_ms": .double(report.p99Milliseconds),
        ]
    }
}
