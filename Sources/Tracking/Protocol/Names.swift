import Basics

/// The rules for names and lengths, with the messages of MLflow (`mlflow/utils/validation.py`).
package enum Names {
    /// MetricPoint, param and tag keys.
    package static let keyLimit = 250
    static let paramLimit = 6000
    static let tagLimit = 8000
    static let experimentTagLimit = 20_000
    static let experimentNameLimit = 500

    /// Checks a key: its characters, that it does not resolve to another name as a path, its length.
    package static func check(key: String, path: @autoclosure () -> String, lengthPath: String? = nil) throws {
        guard !key.isEmpty else {
            throw MartletError(.invalidArgument, "Missing value for required parameter '\(path())'.")
        }
        guard isPlain(key) else {
            // The quick test sees only ASCII: the full rule allows letters of every script.
            guard key.allSatisfy({ $0.isLetter || $0.isNumber || "_/.- :".contains($0) }) else {
                throw ProtocolError.invalid(
                    path(),
                    .string(key),
                    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/)."
                )
            }
            let normal = normalized(key)
            guard normal == key, normal != ".", !normal.hasPrefix(".."), !normal.hasPrefix("/") else {
                throw ProtocolError.invalid(
                    path(),
                    .string(key),
                    "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '\(normal)'"
                )
            }
            try checkLength(key, lengthPath ?? path(), keyLimit)
            return
        }
        try checkLength(key, lengthPath ?? path(), keyLimit)
    }

    /// Checks a length in characters.
    package static func checkLength(_ text: String, _ path: @autoclosure () -> String, _ limit: Int) throws {
        guard text.utf8.count > limit else { return }
        if text.unicodeScalars.count > limit { throw ProtocolError.tooLong(path(), limit: limit) }
    }

    /// Letters, digits, `_`, `-`, `:`, spaces, and single dots and slashes between them: what nearly all keys are.
    private static func isPlain(_ key: String) -> Bool {
        var previous = UInt8(ascii: "/")
        for byte in key.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ":"),
                UInt8(ascii: " "):
                break
            case UInt8(ascii: "."), UInt8(ascii: "/"):
                if previous == UInt8(ascii: "/") || previous == UInt8(ascii: ".") { return false }
            default: return false
            }
            previous = byte
        }
        return previous != UInt8(ascii: "/") && previous != UInt8(ascii: ".")
    }

    /// A path without `.`, `..` and doubled slashes.
    package static func normalized(_ path: String) -> String {
        let absolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") {
            switch part {
            case ".": break
            case "..":
                if let last = parts.last, last != ".." { parts.removeLast() } else if !absolute { parts.append(part) }
            default: parts.append(part)
            }
        }
        let text = parts.joined(separator: "/")
        return absolute ? "/" + text : text.isEmpty ? "." : text
    }
}
