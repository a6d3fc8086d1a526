import Basics
import NIOPosix
import Synchronization

/// The demo's progress, counted by several tasks and stored now and then.
final class DemoLedger: Sendable {
    private struct State {
        var progress: DemoProgress
        var stored: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    private let folder: DemoFolder

    init(_ progress: DemoProgress, folder: DemoFolder) {
        state = Mutex(State(progress: progress))
        self.folder = folder
    }

    var value: DemoProgress { state.withLock { $0.progress } }

    /// One request was answered.
    func answered(rows: Int64, id: String?) {
        state.withLock { state in
            state.progress.requests += 1
            state.progress.predictions += rows
            if let id { state.progress.prediction = "\(id)-0" }
        }
    }

    /// One request was not answered, or by an error.
    func failed(_ error: any Error) {
        state.withLock { state in
            state.progress.requests += 1
            state.progress.failed += 1
            if state.progress.firstFailure == nil { state.progress.firstFailure = "\(error)" }
        }
    }

    func took(actuals: Int64) { state.withLock { $0.progress.actuals += actuals } }

    /// Stores how far it came, at the end of a demo.
    func keep(_ seconds: Double) {
        let last = state.withLock { state in
            state.progress.seconds += seconds
            return state.progress
        }
        // Without it the next demo lives a second again; no reason to hide how this one ended.
        try? folder.store(last)
    }

    /// All hours of a month up to one are over; stored each second, and at once where asked.
    func reached(_ month: String, hours: Int, storing: Bool = false) async throws {
        let now = ContinuousClock.now
        let due: DemoProgress? = state.withLock { state in
            state.progress.month = month
            state.progress.hours = hours
            if !storing, let last = state.stored, now - last < .seconds(1) { return nil }
            state.stored = now
            return state.progress
        }
        guard let due else { return }
        try await NIOThreadPool.singleton.runIfActive { [folder] in try folder.store(due) }
    }
}
