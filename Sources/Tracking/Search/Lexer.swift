import Basics

/// Cuts a filter into words.
struct Lexer {
    /// Longer filters are refused: no statement may grow without bound.
    static let limit = 20_000

    private let characters: [Character]
    private var at = 0

    private init(_ text: String) { characters = Array(text) }

    /// All words of a filter; the last is `.end`.
    static func tokens(_ text: String) throws -> [Token] {
        guard text.utf8.count <= limit else {
            throw MartletError(.invalidArgument, "the filter is longer than \(limit) bytes")
        }
        var lexer = Lexer(text)
        var tokens: [Token] = []
        while let token = try lexer.next() { tokens.append(token) }
        tokens.append(Token(kind: .end, position: lexer.at + 1, text: "the end"))
        return tokens
    }

    private mutating func next() throws -> Token? {
        while at < characters.count, characters[at].isWhitespace { at += 1 }
        guard at < characters.count else { return nil }
        let start = at
        let kind = try kind(of: characters[at])
        return Token(kind: kind, position: start + 1, text: String(characters[start..<at]))
    }

    private mutating func kind(of first: Character) throws -> Token.Kind {
        switch first {
        case "`": return .quotedKey(try quoted("`"))
        case "\"": return .doubleQuoted(try quoted("\""))
        case "'": return .text(try quoted("'"))
        case ".": return single(.dot)
        case ",": return single(.comma)
        case "(": return single(.open)
        case ")": return single(.close)
        case "=", "!", "<", ">": return try comparator()
        case "-", "+", "0"..."9": return .number(run { $0.isLetter || $0.isNumber || "+-.".contains($0) })
        default:
            guard Self.isWordCharacter(first) else {
                throw MartletError(
                    .invalidArgument,
                    "Invalid clause(s) in filter string: unexpected '\(first)' at character \(at + 1)"
                )
            }
            return .word(run(Self.isWordCharacter))
        }
    }

    private mutating func single(_ kind: Token.Kind) -> Token.Kind {
        at += 1
        return kind
    }

    private mutating func comparator() throws -> Token.Kind {
        let start = at
        let text = run { "=!<>".contains($0) }
        guard ["=", "!=", "<", "<=", ">", ">="].contains(text) else {
            throw MartletError(
                .invalidArgument,
                "Invalid comparator '\(text)' at character \(start + 1) of the filter: not one of =, !=, <, <=, >, >=, LIKE, ILIKE, IN, NOT IN, IS NULL, IS NOT NULL"
            )
        }
        return .comparator(text)
    }

    private mutating func quoted(_ quote: Character) throws -> String {
        let start = at
        at += 1
        var text = ""
        while at < characters.count {
            if characters[at] == quote {
                // A doubled quote stands for itself, as in SQL.
                guard at + 1 < characters.count, characters[at + 1] == quote else {
                    at += 1
                    return text
                }
                at += 1
            }
            text.append(characters[at])
            at += 1
        }
        throw MartletError(
            .invalidArgument,
            "Invalid filter string: the quote \(quote) at character \(start + 1) is not closed"
        )
    }

    private mutating func run(_ belongs: (Character) -> Bool) -> String {
        let start = at
        while at < characters.count, belongs(characters[at]) { at += 1 }
        return String(characters[start..<at])
    }

    private static func isWordCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_-/:@$".contains(character)
    }
}
