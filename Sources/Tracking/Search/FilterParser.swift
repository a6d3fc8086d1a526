import Basics

/// Reads the filter language that all searches share:
///
/// ```
/// filter     = condition { "AND" condition }
/// condition  = field ( comparator value | [ "NOT" ] "IN" list | "IS" [ "NOT" ] "NULL" )
/// field      = [ entity "." ] key          key: bare, `in backticks` or "in double quotes"; bare ones may hold dots
/// comparator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "LIKE" | "ILIKE"
/// value      = number | 'text' | "text"
/// list       = "(" value { "," value } ")"
/// ```
package struct FilterParser {
    /// More conditions than this are refused: each becomes a join.
    static let conditionLimit = 50

    private let tokens: [Token]
    private var at = 0

    /// The conditions of a filter; none for an empty one.
    ///
    /// - Throws: `invalidArgument`, naming what stands where.
    package static func conditions(_ text: String) throws -> [Condition] {
        var parser = FilterParser(tokens: try Lexer.tokens(text))
        return try parser.filter()
    }

    /// A field and its direction, as in `order_by`: `metrics.acc DESC`.
    package static func order(_ text: String) throws -> (field: FieldName, descending: Bool) {
        var parser = FilterParser(tokens: try Lexer.tokens(text))
        let field = try parser.field()
        var descending = false
        if parser.take(word: "DESC") { descending = true } else { _ = parser.take(word: "ASC") }
        guard case .end = parser.current.kind else {
            throw MartletError(
                .invalidArgument,
                "Invalid order_by clause '\(text)': unexpected \(parser.current.text) at character \(parser.current.position)"
            )
        }
        return (field, descending)
    }

    private init(tokens: [Token]) { self.tokens = tokens }

    private var current: Token { tokens[at] }

    private mutating func advance() -> Token {
        defer { if at < tokens.count - 1 { at += 1 } }
        return tokens[at]
    }

    private mutating func take(word: String) -> Bool {
        guard current.isWord(word) else { return false }
        _ = advance()
        return true
    }

    private mutating func filter() throws -> [Condition] {
        if case .end = current.kind { return [] }
        var conditions = [try condition()]
        while take(word: "AND") {
            guard conditions.count < Self.conditionLimit else {
                throw MartletError(
                    .invalidArgument,
                    "the filter has more than \(Self.conditionLimit) conditions"
                )
            }
            conditions.append(try condition())
        }
        guard case .end = current.kind else {
            throw unexpected(
                current.isWord("OR") ? "AND (OR is not part of the filter language)" : "AND, or the end"
            )
        }
        return conditions
    }

    private mutating func condition() throws -> Condition {
        let field = try field()
        let comparator = try comparator()
        let operand: Operand =
            switch comparator {
            case .isNull, .isNotNull: .none
            case .isIn, .notIn: .list(try list())
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .like, .ilike: try value()
            }
        return Condition(field: field, comparator: comparator, operand: operand)
    }

    private mutating func field() throws -> FieldName {
        let first = advance()
        let start = first.position
        guard var text = Self.key(first) else { throw unexpected("a field, such as metrics.acc", at: first) }
        guard case .dot = current.kind else { return FieldName(entity: nil, key: text, position: start) }
        let entity = text.lowercased()
        text = ""
        while case .dot = current.kind {
            _ = advance()
            let part = advance()
            guard let key = Self.key(part) ?? Self.digits(part) else {
                throw unexpected("a key behind '\(entity).'", at: part)
            }
            text += text.isEmpty ? key : ".\(key)"
        }
        return FieldName(entity: entity, key: text, position: start)
    }

    private mutating func comparator() throws -> Comparator {
        let token = advance()
        if case .comparator(let text) = token.kind, let comparator = Comparator(rawValue: text) { return comparator }
        if token.isWord("LIKE") { return .like }
        if token.isWord("ILIKE") { return .ilike }
        if token.isWord("IN") { return .isIn }
        if token.isWord("NOT"), take(word: "IN") { return .notIn }
        if token.isWord("IS") {
            if take(word: "NULL") { return .isNull }
            if take(word: "NOT"), take(word: "NULL") { return .isNotNull }
        }
        throw unexpected(
            "a comparator: \(Comparator.allCases.map(\.rawValue).joined(separator: ", "))",
            at: token
        )
    }

    private mutating func value() throws -> Operand {
        let token = advance()
        switch token.kind {
        case .number(let text): return .number(text)
        case .text(let text), .doubleQuoted(let text): return .text(text)
        case .word, .quotedKey, .comparator, .dot, .comma, .open, .close, .end:
            throw unexpected("a number, or a text in quotes", at: token)
        }
    }

    private mutating func list() throws -> [String] {
        guard case .open = advance().kind else { throw unexpected("a list in parentheses") }
        var values: [String] = []
        repeat {
            let token = advance()
            switch token.kind {
            case .text(let text), .doubleQuoted(let text): values.append(text)
            case .word, .quotedKey, .number, .comparator, .dot, .comma, .open, .close, .end:
                throw MartletError(
                    .invalidArgument,
                    "While parsing a list in the query, expected string value, punctuation, or whitespace, but got \(token.text) at character \(token.position)"
                )
            }
        } while takeComma()
        guard case .close = advance().kind else { throw unexpected("')' at the end of the list") }
        return values
    }

    private mutating func takeComma() -> Bool {
        guard case .comma = current.kind else { return false }
        _ = advance()
        return true
    }

    private static func key(_ token: Token) -> String? {
        switch token.kind {
        case .word(let text), .quotedKey(let text), .doubleQuoted(let text): text
        case .text, .number, .comparator, .dot, .comma, .open, .close, .end: nil
        }
    }

    /// A bare key may begin with a digit.
    private static func digits(_ token: Token) -> String? {
        if case .number(let text) = token.kind { text } else { nil }
    }

    private func unexpected(_ wanted: String, at token: Token? = nil) -> MartletError {
        let token = token ?? current
        return MartletError(
            .invalidArgument,
            "Invalid clause(s) in filter string: found \(token.text) at character \(token.position) where \(wanted) should be"
        )
    }
}
