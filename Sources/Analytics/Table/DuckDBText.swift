internal import CDuckDB

/// Texts from DuckDB's representations.
enum DuckDBText {
    /// The text of a vector's entry: in place up to twelve bytes, behind a pointer when longer.
    static func string(_ entry: UnsafeMutablePointer<martlet_duckdb_string>) -> String {
        let length = Int(entry.pointee.length)
        let start: UnsafeRawPointer
        if length <= 12 {
            start = UnsafeRawPointer(entry) + 4
        } else {
            guard let pointer = entry.pointee.value.pointer else { return "" }
            start = UnsafeRawPointer(pointer)
        }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }

    /// A UUID is stored as a signed number of 128 bits with its topmost bit turned round, so that it sorts.
    static func uuid(_ value: martlet_duckdb_hugeint) -> String {
        let digits = hex(UInt64(bitPattern: value.upper) ^ (1 << 63)) + hex(value.lower)
        var result = ""
        for (position, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(position) { result.append("-") }
            result.append(digit)
        }
        return result
    }

    /// `05:00:00` or, where there is a fraction, `05:00:00.250000`.
    static func time(micros: Int64) -> String {
        let seconds = micros / 1_000_000
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        let fraction = micros % 1_000_000
        return fraction == 0 ? clock : "\(clock).\(padded(fraction, 6))"
    }

    /// The name of a type, for messages.
    static func typeName(_ number: Int32) -> String {
        switch UInt32(bitPattern: number) {
        case MARTLET_DUCKDB_INTERVAL.rawValue: "INTERVAL"
        case MARTLET_DUCKDB_BLOB.rawValue: "BLOB"
        case MARTLET_DUCKDB_LIST.rawValue: "LIST"
        case MARTLET_DUCKDB_STRUCT.rawValue: "STRUCT"
        case MARTLET_DUCKDB_MAP.rawValue: "MAP"
        case MARTLET_DUCKDB_UNION.rawValue: "UNION"
        case MARTLET_DUCKDB_BIT.rawValue: "BIT"
        case MARTLET_DUCKDB_TIME_TZ.rawValue: "TIME WITH TIME ZONE"
        case MARTLET_DUCKDB_UHUGEINT.rawValue: "UHUGEINT"
        case MARTLET_DUCKDB_ARRAY.rawValue: "ARRAY"
        default: "type \(number)"
        }
    }

    private static func hex(_ value: UInt64) -> String { padded(String(value, radix: 16), 16) }
    private static func padded(_ value: Int64, _ width: Int) -> String { padded(String(value), width) }
    private static func padded(_ digits: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
