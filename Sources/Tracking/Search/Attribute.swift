import Basics

/// A column that a filter or an order may name.
package struct Attribute: Sendable {
    /// What its values are.
    package enum Kind: Sendable { case text, number }

    /// The column, with its table's alias.
    package let expression: String
    package let kind: Kind
    /// Whether it may be `NULL`.
    package let optional: Bool
    /// Whether lists may be compared with it.
    package let lists: Bool

    /// Declares a column.
    package init(_ expression: String, _ kind: Kind, optional: Bool = false, lists: Bool = true) {
        self.expression = expression
        self.kind = kind
        self.optional = optional
        self.lists = lists
    }
}

extension SQLText {
    /// A comparison of an attribute.
    package mutating func compare(_ attribute: Attribute, _ condition: Condition) throws {
        switch attribute.kind {
        case .number:
            try condition.check(Comparator.numeric)
            require(try compareNumber(attribute.expression, condition))
        case .text:
            try condition.check(attribute.lists ? Comparator.listedText : Comparator.textual)
            require(try compareText(attribute.expression, condition))
        }
    }
}

extension Condition {
    /// Refuses a comparator that its field does not allow.
    package func check(_ allowed: Set<Comparator>) throws {
        guard !allowed.contains(comparator) else { return }
        let names = Comparator.allCases.filter(allowed.contains).map(\.rawValue).joined(separator: ", ")
        throw MartletError(
            .invalidArgument,
            "Invalid comparator '\(comparator.rawValue)' for \(field.text) at character \(field.position) of the filter, not one of \(names)"
        )
    }
}

extension [String: Attribute] {
    /// The attribute of a name.
    ///
    /// - Throws: `invalidArgument` with the names that there are.
    package func attribute(_ field: FieldName) throws -> Attribute {
        if let attribute = self[field.key] { return attribute }
        throw MartletError(
            .invalidArgument,
            "Invalid attribute key '\(field.key)' specified. Valid keys are \(keys.sorted().joined(separator: ", "))"
        )
    }
}
