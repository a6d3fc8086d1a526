import Basics
package import Storage

/// One term of an order. Its expression is never `NULL`, so that the row behind a page can be named by its terms.
package struct SortKey: Sendable, Hashable {
    package let expression: String
    package let descending: Bool

    /// Makes a term.
    package init(_ expression: String, descending: Bool = false) {
        self.expression = expression
        self.descending = descending
    }

    /// The terms of a column that may be `NULL`: those rows come last, whatever the direction.
    package static func optional(_ expression: String, fallback: String, descending: Bool) -> [SortKey] {
        [
            SortKey("CASE WHEN \(expression) IS NULL THEN 1 ELSE 0 END"),
            SortKey("COALESCE(\(expression), \(fallback))", descending: descending),
        ]
    }
}

/// A page of a search: the rows behind the last row of the page before, so that it stays right when rows are added.
package struct Page: Sendable {
    private let order: [SortKey]
    private let limit: Int
    private let fingerprint: String
    private let after: [SQLValue]?

    /// Reads a page's token.
    ///
    /// - Parameters:
    ///   - token: What the page before ended with.
    ///   - order: The whole order, the last term unique.
    ///   - limit: How many rows at most.
    ///   - query: What is searched for, as text: a token of another search is refused.
    package init(token: String?, order: [SortKey], limit: Int, query: String) throws {
        self.order = order
        self.limit = limit
        fingerprint = String(Digest.sha256(query + order.map { "\($0)" }.joined()).prefix(12))
        guard let token, !token.isEmpty else {
            after = nil
            return
        }
        guard let text = PageToken.decode(token), let json = try? JSON(parsing: text),
            json["q"]?.string == fingerprint, let parts = json["k"]?.array, parts.count == order.count
        else {
            throw MartletError(
                .invalidArgument,
                "Invalid page token '\(token.prefix(40))': it is not one that this search gave out"
            )
        }
        after = try parts.map { part in
            guard let value = part.string.flatMap(PageToken.value) else {
                throw MartletError(.invalidArgument, "Invalid page token, its value is damaged")
            }
            return value
        }
    }

    /// The statement of this page; it asks for one row more, which tells whether there is a next page.
    package func statement(_ columns: String, from table: String, _ text: SQLText) -> (sql: String, values: [SQLValue])
    {
        var text = text
        if let after { text.require(behind(after, &text)) }
        let keys = order.enumerated().map { ", \($1.expression) AS sort\($0)" }.joined()
        let terms = order.map { $0.expression + ($0.descending ? " DESC" : "") }.joined(separator: ", ")
        let count = text.bind(limit + 1)
        return ("SELECT \(columns)\(keys) \(text.source(table)) ORDER BY \(terms) LIMIT \(count)", text.values)
    }

    /// Cuts off the row too many and makes the next page's token.
    package func split(_ rows: [Row]) -> (rows: [Row], next: String?) {
        guard rows.count > limit, limit > 0 else { return (Array(rows.prefix(limit)), nil) }
        let last = rows[limit - 1]
        let values = order.indices.map { JSON.string(PageToken.text(last["sort\($0)"])) }
        let json: JSON = ["q": .string(fingerprint), "k": .array(values)]
        return (Array(rows.prefix(limit)), PageToken.encode(json.text()))
    }

    private func behind(_ after: [SQLValue], _ text: inout SQLText) -> String {
        let names = after.map { text.bind($0) }
        let cases = order.indices.map { index in
            let equal = (0..<index).map { "\(order[$0].expression) = \(names[$0])" }
            let beyond = "\(order[index].expression) \(order[index].descending ? "<" : ">") \(names[index])"
            return "(" + (equal + [beyond]).joined(separator: " AND ") + ")"
        }
        return "(" + cases.joined(separator: " OR ") + ")"
    }
}

/// The text form of a page's token: safe in a query, and not meant to be read.
enum PageToken {
    static func encode(_ text: String) -> String { Digest.hexadecimal(text.utf8) }

    static func decode(_ token: String) -> String? {
        let digits = Array(token.utf8)
        guard digits.count % 2 == 0, digits.count <= 32_768 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "n"
        case .int(let value): "i\(value)"
        case .double(let value): "d\(value)"
        case .text(let value): "t\(value)"
        case .bytes(let value): "b\(Digest.hexadecimal(value))"
        }
    }

    static func value(_ text: String) -> SQLValue? {
        let rest = String(text.dropFirst())
        return switch text.first {
        case "i": Int64(rest).map { .int($0) }
        case "d": Double(rest).map { .double($0) }
        case "t": .text(rest)
        default: nil
        }
    }
}
