import Basics
import NIOCore
import NIOPosix
import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file as a sequence of pieces, read on a thread of its own, one at a time.
struct FilePieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// How many bytes a piece has.
    static let piece = 256 << 10

    let path: String
    /// How many bytes the file has.
    let size: Int64
    let progress: @Sendable (Int64) -> Void

    /// - Throws: `notFound` where there is no such file.
    init(path: String, progress: @escaping @Sendable (Int64) -> Void) throws {
        guard let size = FileIO.size(path) else {
            throw MartletError(.notFound, "there is no file \(path)")
        }
        self.path = path
        self.size = size
        self.progress = progress
    }

    func makeAsyncIterator() -> Iterator { Iterator(path: path, progress: progress) }

    struct Iterator: AsyncIteratorProtocol {
        let path: String
        let progress: @Sendable (Int64) -> Void
        private var offset: Int64 = 0

        init(path: String, progress: @escaping @Sendable (Int64) -> Void) {
            self.path = path
            self.progress = progress
        }

        mutating func next() async throws -> ByteBuffer? {
            let (path, offset) = (path, offset)
            // Opened for each piece: an iterator that is left early then leaves nothing open.
            let bytes = try await NIOThreadPool.singleton.runIfActive { try Self.read(path, at: offset) }
            guard !bytes.isEmpty else { return nil }
            self.offset += Int64(bytes.count)
            progress(self.offset)
            return ByteBuffer(bytes: bytes)
        }

        private static func read(_ path: String, at offset: Int64) throws -> [UInt8] {
            let file = try FileIO.openForReading(path)
            defer { _ = close(file) }
            var failed = false
            let bytes = [UInt8](unsafeUninitializedCapacity: FilePieces.piece) { buffer, count in
                let read = pread(file, buffer.baseAddress, buffer.count, off_t(offset))
                failed = read < 0
                count = Swift.max(0, read)
            }
            if failed { throw FileIO.failure("read", path) }
            return bytes
        }
    }
}
