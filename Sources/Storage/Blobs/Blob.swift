/// Stored bytes: named by what they are.
public struct Blob: Sendable, Hashable {
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    public let digest: String
    /// How many bytes.
    public let size: Int64

    /// Names stored bytes.
    public init(digest: String, size: Int64) {
        self.digest = digest
        self.size = size
    }
}
