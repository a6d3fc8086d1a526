import Basics

/// All that is wrong with a request's rows, told in one go.
struct InputProblems {
    /// More than this helps nobody.
    private static let shown = 20
    private var found: [String] = []

    var isEmpty: Bool { found.isEmpty }

    mutating func add(_ problem: String) { found.append(problem) }

    /// Refuses the request where anything is wrong with it.
    func throwIfAny(model: String, hint: String) throws {
        guard !found.isEmpty else { return }
        let rest = found.count > Self.shown ? "; and \(found.count - Self.shown) more" : ""
        let text = found.prefix(Self.shown).joined(separator: "; ")
        throw MartletError(.invalidArgument, "the input does not fit \(model): \(text)\(rest)", hint: hint)
    }
}
