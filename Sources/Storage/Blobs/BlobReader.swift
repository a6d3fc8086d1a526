public import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The bytes of a blob as a stream of pieces; each piece is read when it is asked for.
public struct BlobReader: AsyncSequence, Sendable {
    /// One piece.
    public typealias Element = ByteBuffer

    let path: String
    let range: Range<Int64>
    let threads: NIOThreadPool

    /// How many bytes the stream has.
    public var count: Int64 { range.upperBound - range.lowerBound }

    /// Begins reading.
    public func makeAsyncIterator() -> Iterator {
        Iterator(path: path, at: range.lowerBound, end: range.upperBound, threads: threads)
    }

    /// Reads piece by piece.
    public struct Iterator: AsyncIteratorProtocol {
        let path: String
        var at: Int64
        let end: Int64
        let threads: NIOThreadPool
        private var file: OpenFile?

        init(path: String, at: Int64, end: Int64, threads: NIOThreadPool) {
            self.path = path
            self.at = at
            self.end = end
            self.threads = threads
        }

        /// The next piece; `nil` at the end.
        public mutating func next() async throws -> ByteBuffer? {
            guard at < end else { return nil }
            let file: OpenFile
            if let known = self.file {
                file = known
            } else {
                let path = self.path
                file = try await threads.runIfActive { try OpenFile(path) }
                self.file = file
            }
            let (start, length) = (at, Int(Swift.min(end - at, Int64(BlobStore.chunk))))
            let path = self.path
            let buffer = try await threads.runIfActive { () throws -> ByteBuffer in
                var buffer = ByteBufferAllocator().buffer(capacity: length)
                try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { bytes in
                    let count = pread(file.descriptor, bytes.baseAddress, length, off_t(start))
                    guard count >= 0 else { throw FileIO.failure("read", path) }
                    return count
                }
                return buffer
            }
            guard buffer.readableBytes > 0 else { return nil }
            at += Int64(buffer.readableBytes)
            return buffer
        }
    }
}

/// A descriptor that is closed when nobody reads any more.
final class OpenFile: Sendable {
    let descriptor: Int32

    init(_ path: String) throws { descriptor = try FileIO.openForReading(path) }

    deinit { _ = close(descriptor) }
}
