import Basics
public import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Bytes on files, named by their SHA-256: written once, never changed, the same bytes stored once.
///
/// A blob is written under a temporary name, synced and renamed, so it is there whole or not at all. Memory stays bounded
/// whatever is streamed. No path comes from a client: a digest is checked before it names a file.
public final class BlobStore: Sendable {
    /// The piece in which blobs are read and written.
    static let chunk = 262_144

    private let root: String
    let threads: NIOThreadPool

    /// Opens a store, making its folders if there are none.
    ///
    /// - Parameter root: The store's folder.
    public init(root: String) throws {
        self.root = root
        threads = .singleton
        try FileIO.makeFolder(root + "/tmp")
    }

    /// Removes what writers that were cut short by a crash have left. Only while nothing is being stored: at start.
    public func removeUnfinished() throws {
        let folder = root + "/tmp"
        guard let entries = opendir(folder) else { throw FileIO.failure("opendir", folder) }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { unlink("\(folder)/\(name)") }
        }
    }

    /// Stores bytes in memory.
    public func put(_ bytes: [UInt8]) async throws -> Blob {
        try await blocking { store in
            let writer = try BlobWriter(store)
            try bytes.withUnsafeBytes { try writer.write($0) }
            return try writer.finish()
        }
    }

    /// Stores a stream, piece by piece.
    ///
    /// - Parameters:
    ///   - stream: The bytes.
    ///   - limit: How many bytes at most; a longer stream is `tooLarge` and leaves nothing behind.
    public func put<Stream: AsyncSequence & Sendable>(_ stream: Stream, limit: Int64) async throws -> Blob
    where Stream.Element == ByteBuffer {
        let writer = try await blocking { try BlobWriter($0) }
        do {
            for try await buffer in stream {
                guard writer.size + Int64(buffer.readableBytes) <= limit else {
                    throw MartletError(.tooLarge, "the upload is larger than \(limit) bytes")
                }
                try await blocking { _ in try buffer.withUnsafeReadableBytes { try writer.write($0) } }
            }
            return try await blocking { _ in try writer.finish() }
        } catch {
            writer.abandon()
            throw error
        }
    }

    /// Stores a copy of a file.
    public func put(file path: String) async throws -> Blob {
        try await blocking { store in try store.copyIn(path) }
    }

    /// Whether a blob is there.
    public func exists(_ digest: String) -> Bool { (try? path(digest)).flatMap(FileIO.size) != nil }

    /// A blob's size in bytes; `nil` where there is none.
    public func size(_ digest: String) -> Int64? { (try? path(digest)).flatMap(FileIO.size) }

    /// A blob's file, for reading only.
    ///
    /// - Throws: `invalidArgument` for what is not a digest.
    public func path(_ digest: String) throws -> String {
        guard Digest.isValid(digest) else {
            throw MartletError(.invalidArgument, "'\(digest.prefix(80))' is not a SHA-256 digest")
        }
        return "\(root)/\(digest.prefix(2))/\(digest.dropFirst(2))"
    }

    /// A blob's bytes, piece by piece.
    ///
    /// - Parameters:
    ///   - digest: Which blob.
    ///   - range: Which bytes of it; all if `nil`. It is cut to the blob's size.
    public func open(_ digest: String, range: Range<Int64>? = nil) throws -> BlobReader {
        let path = try path(digest)
        guard let size = FileIO.size(path) else { throw MartletError(.notFound, "no blob \(digest)") }
        return BlobReader(path: path, range: (range ?? 0..<size).clamped(to: 0..<size), threads: threads)
    }

    /// A whole small blob.
    public func bytes(_ digest: String, limit: Int = 64 << 20) async throws -> [UInt8] {
        let path = try path(digest)
        return try await blocking { _ in
            guard FileIO.size(path) != nil else { throw MartletError(.notFound, "no blob \(digest)") }
            return try FileIO.read(path, limit: limit)
        }
    }

    /// Copies a blob to a file of its own, which may be changed.
    public func copy(_ digest: String, to path: String) async throws {
        let source = try self.path(digest)
        try await blocking { _ in try Self.copyFile(source, to: path) }
    }

    /// Does blocking work on the store's threads.
    func blocking<T: Sendable>(_ body: @escaping @Sendable (BlobStore) throws -> T) async throws -> T {
        try await threads.runIfActive { try body(self) }
    }

    /// Moves a finished temporary file to its name.
    func adopt(_ temporary: String, digest: String) throws {
        let target = try path(digest)
        if FileIO.size(target) != nil {
            unlink(temporary)
            return
        }
        try FileIO.makeFolder(FileIO.parent(of: target))
        try FileIO.rename(temporary, to: target)
    }

    /// A fresh name for a file in the making.
    func temporaryPath() -> String {
        var generator = SystemRandomNumberGenerator()
        return
            "\(root)/tmp/\(String(generator.next() as UInt64, radix: 16))\(String(generator.next() as UInt64, radix: 16))"
    }

    func copyIn(_ path: String) throws -> Blob {
        let source = try FileIO.openForReading(path)
        defer { _ = close(source) }
        let writer = try BlobWriter(self)
        do {
            var chunk = [UInt8](repeating: 0, count: Self.chunk)
            while true {
                let count = chunk.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
                if count < 0 {
                    if errno == EINTR { continue }
                    throw FileIO.failure("read", path)
                }
                if count == 0 { return try writer.finish() }
                try chunk.withUnsafeBytes { try writer.write(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            }
        } catch {
            writer.abandon()
            throw error
        }
    }

    static func copyFile(_ from: String, to path: String) throws {
        let source = try FileIO.openForReading(from)
        defer { _ = close(source) }
        let target = try FileIO.create(path, mode: 0o644)
        defer { _ = close(target) }
        var chunk = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileIO.failure("read", from)
            }
            if count == 0 { return }
            try chunk.withUnsafeBytes {
                try FileIO.write(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: target, path: path)
            }
        }
    }
}
