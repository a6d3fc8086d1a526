/// When an alert opens and closes: pure, so that every sequence can be tested.
///
/// ```
///              bad                        calm, `closeAfter` times in a row
///   closed ──────────▶ open ─────────────────────────────▶ closed
///                       │  ▲ bad or middling: the calm ones are counted anew, no second alert
///                       └──┘
/// ```
struct AlertRule: Sendable, Hashable {
    /// What a window's value amounts to.
    enum Verdict: Sendable, Hashable {
        case calm
        /// Between the two levels: opens nothing, closes nothing.
        case middling
        case bad
    }

    enum Move: Sendable, Hashable {
        case none
        case open
        /// Stays open after so many calm windows.
        case stay(calm: Int)
        case close
    }

    var closeAfter: Int

    /// - Parameter calm: How many calm windows in a row an open alert has behind it; nil where none is open.
    func move(calm: Int?, _ verdict: Verdict) -> Move {
        switch (calm, verdict) {
        case (nil, .bad): .open
        case (nil, .calm), (nil, .middling): .none
        case (let calm?, .calm): calm + 1 >= closeAfter ? .close : .stay(calm: calm + 1)
        case (_?, .bad), (_?, .middling): .stay(calm: 0)
        }
    }
}

extension AlertLevels {
    func verdict(_ value: Double) -> AlertRule.Verdict { value >= alert ? .bad : value >= warn ? .middling : .calm }
}
