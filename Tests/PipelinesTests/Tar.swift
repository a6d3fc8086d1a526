import NIOCore

/// Writes tar archives for tests, byte by byte, so that bad ones can be written too.
enum Tar {
    static let end = [UInt8](repeating: 0, count: 1024)

    static func entry(_ path: String, _ text: String, kind: Character = "0") -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func write(_ text: String, _ at: Int) {
            for (index, byte) in text.utf8.enumerated() { header[at + index] = byte }
        }
        func octal(_ value: Int, _ width: Int) -> String {
            let digits = String(value, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        write(String(path.prefix(100)), 0)
        write(octal(0o644, 7), 100)
        write(octal(text.utf8.count, 11), 124)
        write(String(kind), 156)
        write("ustar", 257)
        write("00", 263)
        for index in 148..<156 { header[index] = 0x20 }
        write(octal(header.reduce(0) { $0 + Int($1) }, 6), 148)
        header[154] = 0
        let padding = (512 - text.utf8.count % 512) % 512
        return header + Array(text.utf8) + [UInt8](repeating: 0, count: padding)
    }

    static func pax(path: String) -> [UInt8] {
        let body = " path=\(path)\n"
        var length = body.utf8.count + 1
        while String(length).utf8.count + body.utf8.count != length { length += 1 }
        return entry("PaxHeader", "\(length)\(body)", kind: "x")
    }

    static func stream(_ bytes: [UInt8]) -> AsyncStream<ByteBuffer> {
        AsyncStream { continuation in
            continuation.yield(ByteBuffer(bytes: bytes))
            continuation.finish()
        }
    }
}
