/// Splits a command into words as a POSIX shell does, and does nothing else that a shell does: no variables, no patterns, no
/// pipes.
enum CommandWords {
    /// The words; `nil` for a quote without its end.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word = ""
        var isWord = false
        var quote: Character?
        var rest = text[...]
        while let character = rest.popFirst() {
            switch (character, quote) {
            case ("'", "'"), ("\"", "\""): quote = nil
            case ("\\", nil):
                guard let next = rest.popFirst() else { return nil }
                word.append(next)
                isWord = true
            case ("\\", "\""):
                guard let next = rest.popFirst() else { return nil }
                if next != "\"" && next != "\\" { word.append("\\") }
                word.append(next)
            case ("'", nil), ("\"", nil):
                quote = character
                isWord = true
            case (let space, nil) where space.isWhitespace:
                if isWord { words.append(word) }
                (word, isWord) = ("", false)
            default:
                word.append(character)
                isWord = true
            }
        }
        guard quote == nil else { return nil }
        return isWord ? words + [word] : words
    }
}
