#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Limits that a JSON text must keep, so that no body can exhaust the stack or the memory.
public struct JSONLimits: Sendable, Hashable {
    /// How deep arrays and objects may nest.
    public var depth: Int

    /// Makes limits.
    ///
    /// - Parameter depth: How deep arrays and objects may nest.
    public init(depth: Int = 128) { self.depth = depth }

    /// 128 levels: deeper than any protocol that Martlet speaks needs.
    public static let standard = JSONLimits()
}

extension JSON {
    /// Reads one JSON text (RFC 8259), with `NaN`, `Infinity` and `-Infinity` allowed as Python writes them.
    ///
    /// - Parameters:
    ///   - bytes: The text in UTF-8; a byte order mark is not allowed.
    ///   - limits: What the text must keep.
    /// - Throws: ``MartletError`` with `invalidArgument`, naming line and column.
    /// - Complexity: O(*n*) for *n* bytes.
    public init(parsing bytes: some Collection<UInt8>, limits: JSONLimits = .standard) throws {
        let parsed = try bytes.withContiguousStorageIfAvailable { buffer in
            var parser = JSONParser(bytes: buffer, limits: limits)
            return try parser.parse()
        }
        if let parsed {
            self = parsed
        } else {
            self = try Array(bytes).withUnsafeBufferPointer { buffer in
                var parser = JSONParser(bytes: buffer, limits: limits)
                return try parser.parse()
            }
        }
    }

    /// Reads one JSON text.
    ///
    /// - Parameter text: The text.
    /// - Throws: ``MartletError`` with `invalidArgument`, naming line and column.
    public init(parsing text: String) throws {
        try self.init(parsing: text.utf8)
    }
}

/// A recursive descent over contiguous bytes; the buffer outlives the parser.
struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    private var at = 0
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parse() throws -> JSON {
        skipSpace()
        let value = try value()
        skipSpace()
        guard at == bytes.count else { throw failure("more text after the value") }
        return value
    }

    private mutating func value() throws -> JSON {
        guard at < bytes.count else { throw failure("the text ends where a value should be") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N"): return try word("NaN", .double(.nan))
        case UInt8(ascii: "I"): return try word("Infinity", .double(.infinity))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("unexpected character where a value should be")
        }
    }

    private mutating func object() throws -> JSON {
        try descend()
        at += 1
        var members = JSONObject()
        skipSpace()
        if take("}") {
            depth -= 1
            return .object(members)
        }
        while true {
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else {
                throw failure("a key in double quotes is missing")
            }
            let key = try string()
            skipSpace()
            guard take(":") else { throw failure("':' is missing after the key '\(key.prefix(40))'") }
            skipSpace()
            members[key] = try value()
            skipSpace()
            if take(",") {
                skipSpace()
            } else if take("}") {
                depth -= 1
                return .object(members)
            } else {
                throw failure("',' or '}' is missing in an object")
            }
        }
    }

    private mutating func array() throws -> JSON {
        try descend()
        at += 1
        var elements: [JSON] = []
        skipSpace()
        if take("]") {
            depth -= 1
            return .array(elements)
        }
        while true {
            elements.append(try value())
            skipSpace()
            if take(",") {
                skipSpace()
            } else if take("]") {
                depth -= 1
                return .array(elements)
            } else {
                throw failure("',' or ']' is missing in an array")
            }
        }
    }

    private mutating func descend() throws {
        depth += 1
        if depth > limits.depth { throw failure("nested deeper than \(limits.depth) levels") }
    }

    private mutating func string() throws -> String {
        at += 1
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                let text = try utf8(bytes[start..<at])
                at += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure("a control character in a string must be escaped")
            default: at += 1
            }
        }
        throw failure("the text ends inside a string")
    }

    /// The rare case: a string with escapes, copied piece by piece.
    private mutating func escapedString(from start: Int) throws -> String {
        var out = Array(bytes[start..<at])
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return try out.withUnsafeBufferPointer { try utf8($0[...]) }
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<0x20: throw failure("a control character in a string must be escaped")
            case let byte:
                out.append(byte)
                at += 1
            }
        }
        throw failure("the text ends inside a string")
    }

    private mutating func escape(into out: inout [UInt8]) throws {
        guard at + 1 < bytes.count else { throw failure("the text ends inside a string") }
        let kind = bytes[at + 1]
        at += 2
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(kind)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code) {
                // A pair of surrogates is one scalar; a lone one becomes U+FFFD as most readers have it.
                if at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") {
                    at += 2
                    let low = try hexadecimal()
                    code = (0xDC00..<0xE000).contains(low) ? 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) : 0xFFFD
                } else {
                    code = 0xFFFD
                }
            }
            let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
            out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw failure("unknown escape in a string")
        }
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard at + 4 <= bytes.count else { throw failure("the text ends inside a string") }
        var code: UInt32 = 0
        for byte in bytes[at..<at + 4] {
            let digit: UInt8 =
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
                case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
                case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
                default: throw failure("four hexadecimal digits must follow \\u")
                }
            code = code << 4 | UInt32(digit)
        }
        at += 4
        return code
    }

    private func utf8(_ slice: Slice<UnsafeBufferPointer<UInt8>>) throws -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw failure("a string is not valid UTF-8") }
        return text
    }

    private mutating func number() throws -> JSON {
        let start = at
        let negative = take("-")
        if negative, at < bytes.count, bytes[at] == UInt8(ascii: "I") {
            return try word("Infinity", .double(-.infinity))
        }
        let digits = at
        var magnitude: UInt64 = 0
        var overflow = false
        while at < bytes.count, case let digit = bytes[at] &- UInt8(ascii: "0"), digit < 10 {
            let (product, first) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, second) = product.addingReportingOverflow(UInt64(digit))
            overflow = overflow || first || second
            magnitude = sum
            at += 1
        }
        guard at > digits else { throw failure("a digit is missing after '-'") }
        if bytes[digits] == UInt8(ascii: "0"), at - digits > 1 { throw failure("a number must not begin with 0") }
        let isWhole =
            at == bytes.count || ![UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[at])
        if isWhole, !overflow {
            if negative {
                if magnitude <= UInt64(Int64.max) + 1 { return .int(Int64(truncatingIfNeeded: 0 &- magnitude)) }
            } else if let value = Int64(exactly: magnitude) {
                return .int(value)
            }
        }
        return try fraction(from: start, whole: digits)
    }

    private mutating func fraction(from start: Int, whole: Int) throws -> JSON {
        if take(".") {
            let digits = at
            while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
            guard at > digits else { throw failure("a digit is missing after '.'") }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if !take("+") { _ = take("-") }
            let digits = at
            while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
            guard at > digits else { throw failure("a digit is missing in the exponent") }
        }
        guard at - start < 1024 else { throw failure("a number of more than 1,023 characters") }
        // strtod rounds correctly and wants a terminated string; numbers are short, so a copy is cheap.
        return .double(
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: at - start + 1) { text in
                for offset in 0..<(at - start) { text[offset] = CChar(bitPattern: bytes[start + offset]) }
                text[at - start] = 0
                return text.baseAddress.map { strtod($0, nil) } ?? .nan
            }
        )
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws -> JSON {
        let count = word.utf8CodeUnitCount
        guard at + count <= bytes.count,
            (0..<count).allSatisfy({ bytes[at + $0] == word.utf8Start[$0] })
        else { throw failure("unexpected word where a value should be") }
        at += count
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
            at += 1
        }
    }

    private func failure(_ what: String) -> MartletError {
        let before = bytes[..<min(at, bytes.count)]
        let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return MartletError(.invalidArgument, "malformed JSON at line \(line), column \(column): \(what)")
    }
}
