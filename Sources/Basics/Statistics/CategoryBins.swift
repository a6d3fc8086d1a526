/// Where the values of a category are counted: the reference's most frequent ones, and all others together at the end.
public struct CategoryBins: Sendable, Hashable {
    /// The categories that have a bin, most frequent first.
    public let categories: [String]
    /// Whether the reference had more categories than have a bin; if not, any other value was never seen there.
    public let hasOthers: Bool
    private let positions: [String: Int]

    /// How many bins there are: the categories and one for all others.
    public var count: Int { categories.count + 1 }

    /// Bins of given categories.
    ///
    /// - Parameters:
    ///   - categories: Most frequent first; repeated ones are dropped.
    ///   - hasOthers: Whether the reference had more.
    public init(_ categories: [String], hasOthers: Bool) {
        var seen: Set<String> = []
        self.categories = categories.filter { seen.insert($0).inserted }
        self.hasOthers = hasOthers
        positions = Dictionary(uniqueKeysWithValues: self.categories.enumerated().map { ($1, $0) })
    }

    /// Bins of the most frequent values; equally frequent ones in order of their names.
    ///
    /// - Parameters:
    ///   - values: The reference.
    ///   - limit: How many categories get a bin at most.
    public init(of values: [String], limit: Int = 30) {
        var tally: [String: Int] = [:]
        for value in values { tally[value, default: 0] += 1 }
        let sorted = tally.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
        self.init(sorted.prefix(limit).map(\.key), hasOthers: sorted.count > limit)
    }

    /// The bin of a value.
    public func index(of value: String) -> Int { positions[value] ?? categories.count }

    /// Whether a value in this bin was never seen in the reference.
    public func isUnseen(bin: Int) -> Bool { bin == categories.count && !hasOthers }

    /// How many of the values fall into each bin.
    public func counts(_ values: [String]) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: count)
        for value in values { counts[index(of: value)] += 1 }
        return counts
    }
}
