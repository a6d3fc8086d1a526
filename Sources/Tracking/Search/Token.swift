/// A word of the filter language, and where it begins.
struct Token: Sendable, Hashable {
    /// What it is.
    enum Kind: Sendable, Hashable {
        /// A bare word, such as `metrics`, `AND` or a key without quotes.
        case word(String)
        /// A key in backticks.
        case quotedKey(String)
        /// Text in double quotes: a key on the left of a comparison, a value on the right.
        case doubleQuoted(String)
        /// Text in single quotes.
        case text(String)
        /// A number, as written.
        case number(String)
        /// `=`, `!=`, `<`, `<=`, `>`, `>=`.
        case comparator(String)
        case dot
        case comma
        case open
        case close
        case end
    }

    let kind: Kind
    /// The character at which it begins, counted from 1.
    let position: Int
    /// The text as written, for messages.
    let text: String

    /// Whether it is this keyword, in any case.
    func isWord(_ keyword: String) -> Bool {
        if case .word(let word) = kind { word.uppercased() == keyword } else { false }
    }
}
