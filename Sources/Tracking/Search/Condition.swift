/// How a field is compared.
package enum Comparator: String, Sendable, Hashable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case like = "LIKE"
    case ilike = "ILIKE"
    case isIn = "IN"
    case notIn = "NOT IN"
    case isNull = "IS NULL"
    case isNotNull = "IS NOT NULL"

    /// What numbers allow.
    package static let numeric: Set<Comparator> = [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual]
    /// What texts allow that are compared as a whole.
    package static let textual: Set<Comparator> = [.equal, .notEqual, .like, .ilike]
    /// What params and tags allow.
    package static let optionalText: Set<Comparator> = textual.union([.isNull, .isNotNull])
    /// What attributes of text allow.
    package static let listedText: Set<Comparator> = textual.union([.isIn, .notIn])
}

/// What a field is compared with.
package enum Operand: Sendable, Hashable {
    /// A number, as written.
    case number(String)
    /// A text in quotes.
    case text(String)
    /// Texts in parentheses.
    case list([String])
    /// Nothing: `IS NULL`.
    case none
}

/// A field as the filter names it: `metrics.acc`, or `status` alone.
package struct FieldName: Sendable, Hashable {
    /// What stands before the dot, in lower case; `nil` for none.
    package let entity: String?
    /// What stands behind it.
    package let key: String
    /// The character at which it begins, counted from 1.
    package let position: Int

    /// As it would be written.
    package var text: String { entity.map { "\($0).\(key)" } ?? key }
}

/// One comparison of a filter; all of them must hold.
package struct Condition: Sendable, Hashable {
    package let field: FieldName
    package let comparator: Comparator
    package let operand: Operand
}
