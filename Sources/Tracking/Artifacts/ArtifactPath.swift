import Basics
import Web

/// A path in the artifact store: parts between slashes, checked. It never names a file of the server's: the bytes are blobs
/// named by their digest, and the path is a key of a table.
package struct ArtifactPath: Sendable, Hashable {
    private static let limit = 1000
    private static let depthLimit = 64

    /// Its parts; none for the root.
    package let parts: [String]

    /// Checks a path that came from a client, decoded as its transport asks, once.
    ///
    /// - Throws: `invalidArgument` for whatever could be taken for a way out of its folder in any decoding, an absolute path, a
    ///   backslash, a control character, an empty part.
    package init(_ text: String) throws {
        guard text.utf8.count <= Self.limit else {
            throw MartletError(.invalidArgument, "Invalid path: it is longer than \(Self.limit) bytes")
        }
        var path = text
        // Clients ask for folders with a slash at the end.
        while path.hasSuffix("/"), path.count > 1 { path.removeLast() }
        guard !path.isEmpty else {
            parts = []
            return
        }
        for form in Self.decodings(path) { try Self.check(form, original: text) }
        parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." }), parts.count <= Self.depthLimit else {
            throw Self.invalid(text, "it has an empty part or a '.'")
        }
    }

    private init(parts: [String]) { self.parts = parts }

    /// The root of the store.
    static let root = ArtifactPath(parts: [])

    /// The whole path as text; empty for the root.
    package var text: String { parts.joined(separator: "/") }
    /// The last part.
    package var name: String { parts.last ?? "" }
    /// All but the last part.
    package var parent: ArtifactPath { ArtifactPath(parts: Array(parts.dropLast())) }

    /// A path below this one.
    package func appending(_ other: ArtifactPath) -> ArtifactPath { ArtifactPath(parts: parts + other.parts) }

    /// Whether this path is another one or lies below it.
    package func isWithin(_ folder: ArtifactPath) -> Bool { parts.starts(with: folder.parts) }

    /// The text, and what it becomes when it is decoded again and again: none of the forms may be dangerous.
    private static func decodings(_ text: String) -> [String] {
        var forms = [text]
        while forms.count < 8, let last = forms.last, last.contains("%") {
            guard let next = PercentEncoding.decode(last), next != last else { break }
            forms.append(next)
        }
        return forms
    }

    private static func check(_ form: String, original: String) throws {
        guard !form.hasPrefix("/") else { throw invalid(original, "it is absolute") }
        guard !form.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw invalid(original, "it holds a control character")
        }
        guard !form.contains("%00") else { throw invalid(original, "it holds an encoded NUL") }
        guard !form.contains("\\"), !form.contains("#") else {
            throw invalid(original, "it holds a backslash or a '#'")
        }
        let way = form.split(whereSeparator: { "/;?&".contains($0) })
        guard !way.contains(where: { $0.trimmed == ".." }) else {
            throw invalid(original, "it leaves its folder by '..'")
        }
        let head = form.prefix(6).lowercased()
        guard !head.hasPrefix("file:"), !isDrive(form) else { throw invalid(original, "it is absolute") }
    }

    private static func isDrive(_ text: String) -> Bool {
        let head = Array(text.unicodeScalars.prefix(3))
        return head.count > 1 && head[1] == ":" && head[0].properties.isAlphabetic
            && (head.count == 2 || head[2] == "/")
    }

    private static func invalid(_ path: String, _ why: String) -> MartletError {
        MartletError(.invalidArgument, "Invalid path '\(path.prefix(200))': \(why)")
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
