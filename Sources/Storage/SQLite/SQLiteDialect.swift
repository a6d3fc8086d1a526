import Synchronization

/// The shared dialect in SQLite's words: `$1` becomes `?1`.
///
/// SQLite takes `$1` for a *name*, numbers it by its first appearance, and looks names up one by one; `?1` is the place itself.
enum SQLiteDialect {
    /// Statements are constants of the code, and some vary with a filter: this many are remembered.
    private static let limit = 4096

    private static let known = Mutex<[String: String]>([:])

    static func translate(_ sql: String) -> String {
        if let known = known.withLock({ $0[sql] }) { return known }
        let translated = rewrite(sql)
        known.withLock { known in
            if known.count >= limit { known.removeAll(keepingCapacity: true) }
            known[sql] = translated
        }
        return translated
    }

    /// Rewrites parameters; texts and names in quotes stay as they are.
    static func rewrite(_ sql: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(sql.utf8.count)
        var quote: UInt8?
        let bytes = Array(sql.utf8)
        for (index, byte) in bytes.enumerated() {
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: "$"), index + 1 < bytes.count, bytes[index + 1] &- 48 < 10 {
                out.append(UInt8(ascii: "?"))
                continue
            }
            out.append(byte)
        }
        return String(decoding: out, as: UTF8.self)
    }
}
