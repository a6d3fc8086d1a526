/// Finds the name that a caller probably meant, for hints in errors.
public enum Suggestion {
    /// The candidate nearest to `name` by edit distance, if one is near enough to be a slip of the hand.
    ///
    /// - Parameters:
    ///   - name: What the caller wrote.
    ///   - candidates: What would have been right.
    /// - Returns: The nearest candidate within a third of the name's length (at least two edits), else `nil`.
    /// - Complexity: O(*c* · *n* · *m*) for *c* candidates; meant for tens of short names.
    public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let limit = max(2, name.count / 3)
        var best: (distance: Int, name: String)?
        for candidate in candidates {
            let distance = editDistance(Array(name.lowercased()), Array(candidate.lowercased()))
            if distance <= limit, distance < (best?.distance ?? .max) { best = (distance, candidate) }
        }
        return best?.name
    }

    /// A hint such as "did you mean 'flights'? there are: a, b, flights".
    ///
    /// - Parameters:
    ///   - name: What the caller wrote.
    ///   - candidates: What would have been right; at most ten are listed.
    public static func hint(for name: String, among candidates: some Sequence<String>) -> String {
        let all = candidates.sorted()
        if all.isEmpty { return "there are none yet" }
        let list = all.prefix(10).joined(separator: ", ") + (all.count > 10 ? ", …" : "")
        if let near = nearest(to: name, among: all) { return "did you mean '\(near)'? there are: \(list)" }
        return "there are: \(list)"
    }

    /// Levenshtein's distance in which two neighbours that changed places count as one edit, as fingers do it (optimal string
    /// alignment, en.wikipedia.org/wiki/Damerau–Levenshtein_distance).
    private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
        if a.isEmpty { return b.count }
        if b.isEmpty { return a.count }
        var beforePrevious = Array(0...b.count)
        var previous = beforePrevious
        var current = beforePrevious
        for i in 1...a.count {
            current[0] = i
            for j in 1...b.count {
                let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                current[j] = min(previous[j] + 1, current[j - 1] + 1, substitution)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    current[j] = min(current[j], beforePrevious[j - 2] + 1)
                }
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[b.count]
    }
}
