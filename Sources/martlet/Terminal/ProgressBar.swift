import Basics
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One line at the foot of the terminal that tells how far something is; lines said meanwhile stand above it. Where nobody
/// looks at a terminal there is no bar, only the lines.
final class ProgressBar: Sendable {
    private struct State {
        var shown = ""
        var lastDrawn: ContinuousClock.Instant?
        var isOver = false
    }

    private let state = Mutex(State())
    private let isInteractive: Bool

    init(isInteractive: Bool = Terminal.isInteractive) { self.isInteractive = isInteractive }

    /// Draws anew, ten times a second at most.
    ///
    /// - Parameters:
    ///   - share: From 0 to 1.
    ///   - text: What stands behind the bar.
    func update(_ share: Double, _ text: @autoclosure () -> String) {
        guard isInteractive else { return }
        let now = ContinuousClock.now
        let line: String? = state.withLock { state in
            if state.isOver { return nil }
            if let last = state.lastDrawn, now - last < .milliseconds(100), share < 1 { return nil }
            state.lastDrawn = now
            state.shown = Self.line(share, text())
            return state.shown
        }
        if let line { Terminal.write("\r\u{1B}[2K" + line, to: 2) }
    }

    /// Says a line above the bar.
    func note(_ line: String) {
        let shown = state.withLock { $0.isOver ? "" : $0.shown }
        Terminal.write(isInteractive ? "\r\u{1B}[2K\(line)\n\(shown)" : line + "\n", to: 2)
    }

    /// Takes the bar away.
    func finish() {
        let wasShown = state.withLock { state in
            defer { state = State(isOver: true) }
            return !state.shown.isEmpty
        }
        if isInteractive, wasShown { Terminal.write("\r\u{1B}[2K", to: 2) }
    }

    private static func line(_ share: Double, _ text: String) -> String {
        let width = 24
        let full = Int((min(1, max(0, share)) * Double(width)).rounded())
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
        let percent = Figure.fixed(min(1, max(0, share)) * 100, 0)
        let line = "\(bar) \(String(repeating: " ", count: max(0, 3 - percent.count)))\(percent) %  \(text)"
        return String(line.prefix(max(20, Self.columns - 1)))
    }

    private static var columns: Int {
        var size = winsize()
        return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 100
    }
}
