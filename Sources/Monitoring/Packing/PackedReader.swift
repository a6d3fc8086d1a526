import Basics

/// Reads what a ``PackedWriter`` wrote; anything else is a ``MartletError`` with `dataLoss`, never a trap.
struct PackedReader {
    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    static let damaged = MartletError(.dataLoss, "stored monitoring data ends early or is damaged")

    mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw Self.damaged }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 64 else { throw Self.damaged }
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// A number of things that take at least `size` bytes each, so that a damaged one cannot ask for memory.
    mutating func count(ofSize size: Int = 0, limit: Int = 1 << 24) throws -> Int {
        guard let value = Int(exactly: try number()), value <= limit, value * size <= bytes.count - position else {
            throw Self.damaged
        }
        return value
    }

    mutating func signed() throws -> Int64 {
        let value = try number()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func fixed() throws -> UInt64 {
        guard position >= 0, position + 8 <= bytes.count else { throw Self.damaged }
        defer { position += 8 }
        return bytes.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        }
    }

    mutating func double() throws -> Double { Double(bitPattern: try fixed()) }

    mutating func text() throws -> String {
        let length = try count(ofSize: 1)
        defer { position += length }
        return String(decoding: bytes[position..<position + length], as: UTF8.self)
    }

    mutating func counts() throws -> [UInt64] {
        let length = try count(limit: 1 << 16)
        var values: [UInt64] = []
        values.reserveCapacity(length)
        while values.count < length {
            let value = try number()
            if value != 0 {
                values.append(value)
                continue
            }
            let zeros = try count(limit: length - values.count)
            guard zeros > 0 else { throw Self.damaged }
            values.append(contentsOf: repeatElement(0, count: zeros))
        }
        return values
    }
}
