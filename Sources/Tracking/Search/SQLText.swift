import Basics
package import Storage

/// The pieces of a search statement: what a filter and an order become, with every value as a parameter.
package struct SQLText: Sendable {
    /// The parameters `$1`, `$2`, …
    package private(set) var values: [SQLValue] = []
    /// `JOIN …` pieces, in order.
    package private(set) var joins: [String] = []
    /// What must hold, joined by `AND`.
    package private(set) var conditions: [String] = []
    private var aliases = 0

    /// Makes an empty statement.
    package init() {}

    /// Adds a parameter and names it.
    package mutating func bind(_ value: any SQLBindable) -> String {
        values.append(value.sqlValue)
        return "$\(values.count)"
    }

    /// Adds what must hold.
    package mutating func require(_ condition: String) { conditions.append(condition) }

    /// Adds a join.
    package mutating func join(_ text: String) { joins.append(text) }

    /// A fresh name for a joined table.
    package mutating func alias() -> String {
        aliases += 1
        return "j\(aliases)"
    }

    /// `FROM table JOIN … WHERE …`.
    package func source(_ table: String) -> String {
        let place = ([table] + joins).joined(separator: " ")
        return conditions.isEmpty ? "FROM \(place)" : "FROM \(place) WHERE \(conditions.joined(separator: " AND "))"
    }

    /// `expression IN ($1, $2, …)`; never true for no values.
    package mutating func isIn(_ expression: String, _ values: [any SQLBindable]) -> String {
        guard !values.isEmpty else { return "1 = 0" }
        return "\(expression) IN (\(values.map { bind($0) }.joined(separator: ", ")))"
    }
}

extension SQLText {
    /// A comparison of a text column.
    package mutating func compareText(_ expression: String, _ condition: Condition) throws -> String {
        switch (condition.comparator, condition.operand) {
        case (.like, .text(let pattern)): return "\(expression) LIKE \(bind(Self.escaped(pattern))) ESCAPE '\\'"
        case (.ilike, .text(let pattern)):
            return "lower(\(expression)) LIKE lower(\(bind(Self.escaped(pattern)))) ESCAPE '\\'"
        case (.isIn, .list(let texts)): return isIn(expression, texts)
        case (.notIn, .list(let texts)): return "NOT (\(isIn(expression, texts)))"
        case (.isNull, .none), (.isNotNull, .none): return "\(expression) \(condition.comparator.rawValue)"
        case (let comparator, .text(let text)): return "\(expression) \(comparator.rawValue) \(bind(text))"
        case (_, .number(let text)):
            throw MartletError(
                .invalidArgument,
                "Expected a quoted string value for \(condition.field.text) (e.g. 'my-value'). Got value \(text)"
            )
        case (let comparator, .list), (let comparator, .none):
            throw MartletError(
                .invalidArgument,
                "Invalid comparator for \(condition.field.text): \(comparator.rawValue)"
            )
        }
    }

    /// A comparison of a column of whole numbers or doubles.
    package mutating func compareNumber(_ expression: String, _ condition: Condition) throws -> String {
        guard case .number(let text) = condition.operand else {
            throw MartletError(
                .invalidArgument,
                "Expected numeric value type for numeric attribute: \(condition.field.key). Found \(condition.operand.found)"
            )
        }
        if let whole = Int64(text) { return "\(expression) \(condition.comparator.rawValue) \(bind(whole))" }
        guard let number = Double(text) else {
            throw MartletError(
                .invalidArgument,
                "Expected numeric value type for \(condition.field.text). Found \(text)"
            )
        }
        return "\(expression) \(condition.comparator.rawValue) \(bind(number))"
    }

    /// A comparison of the value that a side table holds for a key, such as tags and params.
    ///
    /// - Parameters:
    ///   - table: The table, with columns `key` and `value`.
    ///   - owner: How its row belongs to the searched row, `@` standing for its alias: `@.run = r.number`.
    ///   - indexed: Whether the table has an index on the key and the value's first 64 characters.
    package mutating func compareKeyed(table: String, owner: String, indexed: Bool, _ condition: Condition) throws {
        let name = alias()
        let belongs = "\(owner.replacingAt(with: name)) AND \(name).key = \(bind(condition.field.key))"
        if condition.comparator == .isNull {
            return require("NOT EXISTS (SELECT 1 FROM \(table) \(name) WHERE \(belongs))")
        }
        join("JOIN \(table) \(name) ON \(belongs)")
        if condition.comparator == .isNotNull { return }
        if indexed, condition.comparator == .equal, case .text(let text) = condition.operand {
            require("substr(\(name).value, 1, 64) = \(bind(String(text.unicodeScalars.prefix(64))))")
        }
        require(try compareText("\(name).value", condition))
    }

    /// A backslash is a plain character in MLflow's patterns.
    private static func escaped(_ pattern: String) -> String {
        pattern.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
    }
}

extension Operand {
    /// What it is, for messages.
    package var found: String {
        switch self {
        case .number(let text): text
        case .text(let text): "'\(text)'"
        case .list(let texts): "(\(texts.map { "'\($0)'" }.joined(separator: ", ")))"
        case .none: "NULL"
        }
    }
}

extension String {
    fileprivate func replacingAt(with name: String) -> String {
        split(separator: "@", omittingEmptySubsequences: false).joined(separator: name)
    }
}

extension String {
    fileprivate init(_ scalars: Substring.UnicodeScalarView) { self = String(Substring(scalars)) }
}
