import Crypto

/// SHA-256 as Martlet writes it: 64 lower-case hexadecimal digits.
public enum Digest {
    /// The digest of bytes in memory.
    public static func sha256(_ bytes: some Sequence<UInt8>) -> String {
        var hasher = Hasher()
        hasher.update(bytes)
        return hasher.finish()
    }

    /// The digest of a text's UTF-8 bytes.
    public static func sha256(_ text: String) -> String { sha256(text.utf8) }

    /// Whether a text has the form of a digest; what has not must not become part of a path.
    public static func isValid(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    /// Hashes piece by piece.
    public struct Hasher: Sendable {
        private var sha = SHA256()

        /// Begins.
        public init() {}

        /// Adds bytes.
        public mutating func update(_ bytes: some Sequence<UInt8>) {
            let done: Void? = bytes.withContiguousStorageIfAvailable {
                sha.update(bufferPointer: UnsafeRawBufferPointer($0))
            }
            if done == nil { sha.update(data: Array(bytes)) }
        }

        /// Adds bytes without copying them.
        public mutating func update(_ bytes: UnsafeRawBufferPointer) { sha.update(bufferPointer: bytes) }

        /// The digest of all that was added.
        public func finish() -> String { Digest.hexadecimal(sha.finalize()) }
    }

    /// Bytes as lower-case hexadecimal digits.
    public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
