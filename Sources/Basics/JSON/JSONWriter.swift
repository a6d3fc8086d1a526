/// How numbers that JSON cannot hold are written.
public enum NonFiniteStyle: Sendable, Hashable {
    /// As the strings "NaN", "Infinity" and "-Infinity", as protobuf's JSON has them.
    case strings
    /// As the bare words that Python's `json` reads and writes.
    case python
    /// As `null`.
    case null
}

extension JSON {
    /// The value as compact UTF-8 text.
    ///
    /// - Parameter nonFinite: How `NaN` and the infinities are written.
    public func bytes(nonFinite: NonFiniteStyle = .strings) -> [UInt8] {
        var writer = JSONWriter(nonFinite: nonFinite)
        writer.write(self)
        return writer.bytes
    }

    /// The value as compact text.
    ///
    /// - Parameter nonFinite: How `NaN` and the infinities are written.
    public func text(nonFinite: NonFiniteStyle = .strings) -> String {
        String(decoding: bytes(nonFinite: nonFinite), as: UTF8.self)
    }

    /// The value in the one form that hashes are made of: compact, keys sorted by their UTF-8 bytes, at every level.
    public func canonicalBytes() -> [UInt8] {
        var writer = JSONWriter(nonFinite: .strings, sortedKeys: true)
        writer.write(self)
        return writer.bytes
    }

    /// The value over several lines, two spaces a level, for people.
    public func prettyText() -> String {
        var writer = JSONWriter(nonFinite: .strings, indented: true)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Writes JSON into one growing buffer; hot paths use it directly, without building values first.
public struct JSONWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    private let nonFinite: NonFiniteStyle
    private let sortedKeys: Bool
    private let indented: Bool
    private var level = 0

    /// Makes a writer.
    ///
    /// - Parameters:
    ///   - nonFinite: How `NaN` and the infinities are written.
    ///   - sortedKeys: Whether objects are written with their keys sorted by UTF-8 bytes.
    ///   - indented: Whether to write over several lines.
    ///   - capacity: How many bytes to reserve.
    public init(
        nonFinite: NonFiniteStyle = .strings,
        sortedKeys: Bool = false,
        indented: Bool = false,
        capacity: Int = 0
    ) {
        self.nonFinite = nonFinite
        self.sortedKeys = sortedKeys
        self.indented = indented
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    /// Writes a value.
    public mutating func write(_ value: JSON) {
        switch value {
        case .null: raw("null")
        case .bool(let value): raw(value ? "true" : "false")
        case .int(let value): write(value)
        case .double(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements):
            list("[", "]", count: elements.count) { writer, index in writer.write(elements[index]) }
        case .object(let object):
            let order =
                sortedKeys
                ? object.keys.indices.sorted { object.keys[$0].utf8.lexicographicallyPrecedes(object.keys[$1].utf8) }
                : Array(object.keys.indices)
            list("{", "}", count: order.count) { writer, index in
                writer.write(object.keys[order[index]])
                writer.raw(writer.indented ? ": " : ":")
                writer.write(object.values[order[index]])
            }
        }
    }

    /// Writes a whole number.
    public mutating func write(_ value: Int64) { raw(value.description) }

    /// Writes a number in the shortest form that reads back to the same double.
    public mutating func write(_ value: Double) {
        guard !value.isFinite else { return raw(value.description) }
        let word = value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity"
        switch nonFinite {
        case .strings: write(word)
        case .python: raw(word)
        case .null: raw("null")
        }
    }

    /// Writes a string in quotes, with what must be escaped escaped.
    public mutating func write(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { text in
            var clean = 0
            for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                bytes.append(contentsOf: text[clean..<index])
                clean = index + 1
                escape(byte)
            }
            bytes.append(contentsOf: text[clean...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes text as it is: the caller answers for the syntax.
    public mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 0x22: raw("\\\"")
        case 0x5C: raw("\\\\")
        case 0x0A: raw("\\n")
        case 0x0D: raw("\\r")
        case 0x09: raw("\\t")
        default:
            let digits = Array("0123456789abcdef".utf8)
            raw("\\u00")
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }

    private mutating func list(_ open: String, _ close: String, count: Int, _ element: (inout JSONWriter, Int) -> Void)
    {
        raw(open)
        level += 1
        for index in 0..<count {
            if index > 0 { raw(",") }
            newline()
            element(&self, index)
        }
        level -= 1
        if count > 0 { newline() }
        raw(close)
    }

    private mutating func newline() {
        guard indented else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: level * 2))
    }
}
