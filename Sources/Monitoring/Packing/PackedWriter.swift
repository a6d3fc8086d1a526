/// Writes numbers and texts in few bytes: whole numbers in groups of seven bits (as in Protocol Buffers), the rest as it is
/// in memory, little-endian.
struct PackedWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func number(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func count(_ value: Int) { number(UInt64(max(0, value))) }

    /// A signed number, small ones of either sign short.
    mutating func signed(_ value: Int64) { number(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    mutating func fixed(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func double(_ value: Double) { fixed(value.bitPattern) }

    mutating func text(_ value: String) {
        count(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    /// Counts of a histogram: a run of zeros takes two numbers.
    mutating func counts(_ values: [UInt64]) {
        count(values.count)
        var index = 0
        while index < values.count {
            if values[index] != 0 {
                number(values[index])
                index += 1
                continue
            }
            let end = values[index...].firstIndex { $0 != 0 } ?? values.count
            number(0)
            count(end - index)
            index = end
        }
    }
}
