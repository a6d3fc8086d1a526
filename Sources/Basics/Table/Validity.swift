/// Which rows of a column hold a value, one bit a row.
///
/// A column without nulls keeps no bits at all, so the common case costs nothing.
public struct Validity: Sendable, Hashable {
    /// The number of rows.
    public private(set) var count: Int
    /// 64 rows a word, lowest bit first; nil while every row is valid.
    ///
    /// Bits past `count` are set.
    private var words: [UInt64]?

    /// `count` rows, all of them valid.
    public init(allValid count: Int) {
        self.count = count
        self.words = nil
    }

    /// `count` rows whose bits stand in `words`, lowest bit first; O(count/64).
    ///
    /// This is the form in which DuckDB and Arrow hand over a column's validity.
    public init(words pointer: UnsafePointer<UInt64>?, count: Int) {
        self.init(allValid: 0)
        append(words: pointer, count: count)
    }

    /// Whether every row holds a value; O(1) when no null was ever added.
    public var isAllValid: Bool { nullCount == 0 }

    /// The number of rows without a value; O(count/64).
    public var nullCount: Int {
        guard let words else { return 0 }
        return words.reduce(0) { $0 + ($1.nonzeroBitCount == 64 ? 0 : 64 - $1.nonzeroBitCount) }
    }

    /// Whether the row holds a value.
    @inline(__always)
    public subscript(row: Int) -> Bool {
        guard let words else { return true }
        return words[row >> 6] & (1 << UInt64(row & 63)) != 0
    }

    /// Adds one row.
    public mutating func append(_ isValid: Bool) {
        if !isValid { makeWords() }
        if words != nil {
            if count & 63 == 0 { words?.append(.max) }
            if !isValid { words?[count >> 6] &= ~(1 << UInt64(count & 63)) }
        }
        count += 1
    }

    /// Adds `added` rows that are all valid.
    public mutating func append(allValid added: Int) {
        count += added
        if words != nil { grow() }
    }

    /// Adds the rows of another column.
    public mutating func append(_ other: Validity) {
        guard other.words != nil else { return append(allValid: other.count) }
        for row in 0..<other.count { append(other[row]) }
    }

    /// Adds `added` rows whose bits stand in `pointer`; nil means that all are valid.
    public mutating func append(words pointer: UnsafePointer<UInt64>?, count added: Int) {
        guard let pointer else { return append(allValid: added) }
        if count & 63 == 0 {
            // Whole words can be copied; the bits past the end are set, as everywhere here.
            let wordCount = (added + 63) >> 6
            var copied = [UInt64](UnsafeBufferPointer(start: pointer, count: wordCount))
            if added & 63 != 0, wordCount > 0 { copied[wordCount - 1] |= .max << UInt64(added & 63) }
            guard copied.contains(where: { $0 != .max }) else { return append(allValid: added) }
            makeWords()
            words?.append(contentsOf: copied)
            count += added
        } else {
            for row in 0..<added { append(pointer[row >> 6] & (1 << UInt64(row & 63)) != 0) }
        }
    }

    /// The rows of `range` only.
    public func slice(_ range: Range<Int>) -> Validity {
        guard words != nil else { return Validity(allValid: range.count) }
        var result = Validity(allValid: 0)
        for row in range { result.append(self[row]) }
        return result
    }

    /// The given rows, in the given order.
    public func gather(_ rows: [Int]) -> Validity {
        guard words != nil else { return Validity(allValid: rows.count) }
        var result = Validity(allValid: 0)
        for row in rows { result.append(self[row]) }
        return result
    }

    private mutating func makeWords() {
        if words == nil { words = [UInt64](repeating: .max, count: (count + 63) >> 6) }
    }

    private mutating func grow() {
        let needed = (count + 63) >> 6
        let present = words?.count ?? 0
        if needed > present { words?.append(contentsOf: repeatElement(.max, count: needed - present)) }
    }

    /// Two columns have the same validity when the same rows are valid, whichever way that is kept.
    public static func == (left: Validity, right: Validity) -> Bool {
        guard left.count == right.count else { return false }
        switch (left.words, right.words) {
        case (nil, nil): return true
        case let (words?, nil), let (nil, words?): return words.allSatisfy { $0 == .max }
        case let (a?, b?): return a == b
        }
    }

    /// Mixes in the rows' number and nulls.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(nullCount)
    }
}
