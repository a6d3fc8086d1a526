public import Basics

/// Where something stands in a declaration.
public struct SpecPosition: Sendable, Hashable, CustomStringConvertible {
    /// The file as the user knows it.
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1.
    public let column: Int

    /// Makes a position.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, which editors open.
    public var description: String { "\(file):\(line):\(column)" }
}

/// A piece of a declaration that knows where it stands, so that every mistake can be told with file, line and column.
public struct SpecNode: Sendable, Hashable {
    /// What it is.
    public enum Content: Sendable, Hashable {
        /// `null`, `~` or nothing.
        case null
        /// A plain or quoted value; a quoted one is never a number or a boolean.
        case scalar(String, quoted: Bool)
        /// A list.
        case list([SpecNode])
        /// Keys and values in order.
        case mapping([SpecEntry])
    }

    /// What it is.
    public let content: Content
    /// Where it stands.
    public let position: SpecPosition
    /// The way from the top: `pipelines.train.steps.fit`.
    public let path: String

    /// Makes a node.
    public init(_ content: Content, position: SpecPosition, path: String) {
        self.content = content
        self.position = position
        self.path = path
    }

    /// What kind of thing it is, for messages.
    public var kind: String {
        switch content {
        case .null: "nothing"
        case .scalar(let text, _): "'\(text.prefix(60))'"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    /// The value as JSON, plain scalars read by YAML's core schema.
    public var json: JSON {
        switch content {
        case .null: .null
        case .scalar(let text, let quoted): quoted ? .string(text) : Self.plain(text)
        case .list(let elements): .array(elements.map(\.json))
        case .mapping(let entries): .object(JSONObject(entries.map { ($0.key, $0.value.json) }))
        }
    }

    private static func plain(_ text: String) -> JSON {
        switch text {
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default:
            if let whole = Int64(text) { return .int(whole) }
            if let first = text.utf8.first, first < 0x3A, let number = Double(text) { return .double(number) }
            return .string(text)
        }
    }
}

/// A key and its value.
public struct SpecEntry: Sendable, Hashable {
    /// The key.
    public let key: String
    /// Where the key stands.
    public let keyPosition: SpecPosition
    /// The value.
    public let value: SpecNode

    /// Makes an entry.
    public init(key: String, keyPosition: SpecPosition, value: SpecNode) {
        self.key = key
        self.keyPosition = keyPosition
        self.value = value
    }
}
