import Basics

/// A mapping whose keys are known: reading a field reports what is wrong with it and goes on.
///
/// ```swift
/// guard let fields = node.fields(["metric", "at_least"], diagnostics) else { return nil }
/// let metric = fields.text("metric", required: true)
/// let floor = fields.double("at_least", in: 0...1)
/// ```
public struct SpecFields: Sendable {
    /// The mapping itself.
    public let node: SpecNode
    private let entries: [SpecEntry]
    private let diagnostics: Diagnostics

    init(_ node: SpecNode, _ entries: [SpecEntry], _ diagnostics: Diagnostics) {
        self.node = node
        self.entries = entries
        self.diagnostics = diagnostics
    }

    /// Whether a key is there, whatever its value.
    public func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

    /// The value of a key; `nil` for one that is missing or null.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - required: Whether a missing one is a mistake.
    public func node(_ key: String, required: Bool = false) -> SpecNode? {
        if let entry = entries.first(where: { $0.key == key }), entry.value.content != .null { return entry.value }
        if required { diagnostics.report(node, "'\(key)' is missing") }
        return nil
    }

    /// A text. Numbers and booleans count as texts, as people write `version: 1.0`.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - required: Whether a missing one is a mistake.
    ///   - choices: What it may be; anything if `nil`.
    public func text(_ key: String, required: Bool = false, oneOf choices: [String]? = nil) -> String? {
        guard let value = node(key, required: required) else { return nil }
        guard case .scalar(let text, _) = value.content else { return wrong(value, "a text") }
        if let choices, !choices.contains(text) {
            diagnostics.report(
                value,
                "'\(text.prefix(60))' is not known",
                hint: Suggestion.hint(for: text, among: choices)
            )
            return nil
        }
        return text
    }

    /// A whole number.
    public func int(_ key: String, required: Bool = false, in range: ClosedRange<Int>? = nil) -> Int? {
        guard let value = node(key, required: required) else { return nil }
        guard case .scalar(let text, false) = value.content, let number = Int(text) else {
            return wrong(value, "a whole number")
        }
        guard range?.contains(number) ?? true else {
            return wrong(value, "a whole number from \(range?.lowerBound ?? 0) to \(range?.upperBound ?? 0)")
        }
        return number
    }

    /// A number.
    public func double(_ key: String, required: Bool = false, in range: ClosedRange<Double>? = nil) -> Double? {
        guard let value = node(key, required: required) else { return nil }
        guard case .scalar(let text, false) = value.content, let number = Double(text), number.isFinite else {
            return wrong(value, "a number")
        }
        guard range?.contains(number) ?? true else {
            return wrong(value, "a number from \(range?.lowerBound ?? 0) to \(range?.upperBound ?? 0)")
        }
        return number
    }

    /// `true` or `false`.
    public func bool(_ key: String, required: Bool = false) -> Bool? {
        guard let value = node(key, required: required) else { return nil }
        guard case .bool(let flag) = value.json else { return wrong(value, "true or false") }
        return flag
    }

    /// A length of time: `90s`, `15m`, `1h`, `14d`, `500ms`, or a bare number of seconds.
    public func duration(_ key: String, required: Bool = false) -> Duration? {
        guard let value = node(key, required: required) else { return nil }
        guard case .scalar(let text, _) = value.content, let duration = Duration(spec: text) else {
            return wrong(value, "a length of time such as 90s, 15m, 1h or 14d")
        }
        return duration
    }

    /// A number of bytes: `512Mi`, `4Gi`, `1G`, or a bare number.
    public func bytes(_ key: String, required: Bool = false) -> Int64? {
        guard let value = node(key, required: required) else { return nil }
        guard case .scalar(let text, _) = value.content, let bytes = ByteCount.parse(text) else {
            return wrong(value, "a size such as 512Mi or 4Gi")
        }
        return bytes
    }

    /// A list; a single value counts as a list of one where `single` allows it.
    public func list(_ key: String, required: Bool = false, single: Bool = false) -> [SpecNode] {
        guard let value = node(key, required: required) else { return [] }
        if case .list(let elements) = value.content { return elements }
        if single { return [value] }
        diagnostics.report(value, "\(value.kind) stands where a list should be")
        return []
    }

    /// A list of texts; a single text counts as a list of one.
    public func texts(_ key: String, required: Bool = false) -> [String] {
        list(key, required: required, single: true).compactMap { element in
            guard case .scalar(let text, _) = element.content else { return wrong(element, "a text") }
            return text
        }
    }

    /// The entries of a mapping with free keys, such as names of steps.
    public func entries(_ key: String, required: Bool = false) -> [SpecEntry] {
        node(key, required: required)?.entries(diagnostics) ?? []
    }

    private func wrong<T>(_ value: SpecNode, _ right: String) -> T? {
        diagnostics.report(value, "\(value.kind) stands where \(right) should be")
        return nil
    }
}

extension SpecNode {
    /// The node as a mapping with known keys; an unknown key is reported with the nearest known one.
    ///
    /// - Parameters:
    ///   - keys: The keys that may stand here.
    ///   - diagnostics: Where mistakes go.
    /// - Returns: `nil` where the node is not a mapping.
    public func fields(_ keys: [String], _ diagnostics: Diagnostics) -> SpecFields? {
        if case .null = content { return SpecFields(self, [], diagnostics) }
        guard case .mapping(let entries) = content else {
            diagnostics.report(self, "\(kind) stands where a mapping with \(keys.joined(separator: ", ")) should be")
            return nil
        }
        for entry in entries where !keys.contains(entry.key) {
            diagnostics.report(
                at: entry.keyPosition,
                path: path,
                "'\(entry.key.prefix(60))' is not a known key",
                hint: Suggestion.hint(for: entry.key, among: keys)
            )
        }
        return SpecFields(self, entries, diagnostics)
    }

    /// The entries of a mapping with free keys; each key must be a name (letters, digits, `_`, `-`, `.`; at most 100).
    public func entries(_ diagnostics: Diagnostics) -> [SpecEntry] {
        switch content {
        case .null: return []
        case .mapping(let entries):
            return entries.filter { entry in
                let isName =
                    !entry.key.isEmpty && entry.key.utf8.count <= 100
                    && entry.key.unicodeScalars.allSatisfy {
                        $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.".unicodeScalars.contains($0)
                    }
                    // A name may become a file's, or a program's argument: neither hidden nor an option.
                    && !entry.key.hasPrefix(".") && !entry.key.hasPrefix("-")
                if !isName {
                    diagnostics.report(
                        at: entry.keyPosition,
                        path: path,
                        "'\(entry.key.prefix(60))' is not a name",
                        hint: "letters, digits, '_', '-' and '.', at most 100"
                    )
                }
                return isName
            }
        case .scalar, .list:
            diagnostics.report(self, "\(kind) stands where a mapping should be")
            return []
        }
    }
}
