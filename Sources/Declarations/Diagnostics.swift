public import Basics
import Synchronization

/// A mistake in a declaration: where, what, and what would be right.
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// Where it stands.
    public let position: SpecPosition
    /// The way from the top of the file.
    public let path: String
    /// What is wrong.
    public let message: String
    /// What would be right.
    public let hint: String?

    /// `file:line:column: path: message (hint)`.
    public var description: String {
        "\(position): \(path.isEmpty ? "" : path + ": ")\(message)" + (hint.map { " (\($0))" } ?? "")
    }

    /// The mistake as the API shows it.
    public var json: JSON {
        [
            "file": .string(position.file), "line": JSON(position.line), "column": JSON(position.column),
            "path": .string(path),
            "message": .string(message), "hint": JSON(hint),
        ]
    }
}

/// Gathers all mistakes of a declaration, so that they are told in one go.
public final class Diagnostics: Sendable {
    private let found = Mutex<[Diagnostic]>([])

    /// Makes an empty collection.
    public init() {}

    /// Notes a mistake.
    ///
    /// - Parameters:
    ///   - node: Where.
    ///   - message: What is wrong.
    ///   - hint: What would be right.
    public func report(_ node: SpecNode, _ message: String, hint: String? = nil) {
        report(at: node.position, path: node.path, message, hint: hint)
    }

    /// Notes a mistake at a position.
    public func report(at position: SpecPosition, path: String, _ message: String, hint: String? = nil) {
        found.withLock { $0.append(Diagnostic(position: position, path: path, message: message, hint: hint)) }
    }

    /// All mistakes, by position.
    public var all: [Diagnostic] {
        found.withLock { $0 }.sorted { ($0.position.line, $0.position.column) < ($1.position.line, $1.position.column) }
    }

    /// Refuses the declaration where anything is wrong with it.
    ///
    /// - Throws: `invalidArgument` with every mistake on a line of its own.
    public func throwIfAny() throws {
        let all = all
        guard !all.isEmpty else { return }
        let count = all.count == 1 ? "1 mistake" : "\(all.count) mistakes"
        throw MartletError(.invalidArgument, "\(count):\n" + all.map(\.description).joined(separator: "\n"))
    }
}
