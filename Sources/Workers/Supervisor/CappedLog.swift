import Basics
import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Writes a step's output so that it stays within its limit, however much comes: the first half of the limit is kept for
/// good in `log`, and of the rest the newest two segments `log.tail.OFFSET`, each a quarter of the limit.
struct CappedLog {
    private let path: String
    private let headLimit: Int64
    private let segmentLimit: Int64
    private var file: Int32
    private var inFile: Int64 = 0
    private var segments: [String] = []
    /// How many bytes came, kept or not.
    private(set) var total: Int64 = 0

    init(path: String, limit: Int64) throws {
        self.path = path
        headLimit = max(1024, limit / 2)
        segmentLimit = max(512, limit / 4)
        file = try FileIO.create(path)
    }

    /// Adds output. Where it cannot be written (a full disk), it is counted and dropped: the step goes on.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while !rest.isEmpty {
            let room = (segments.isEmpty ? headLimit : segmentLimit) - inFile
            guard room > 0 else {
                rotate()
                continue
            }
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(min(room, Int64(rest.count)))))
            if file >= 0 { try? FileIO.write(piece, to: file, path: path) }
            inFile += Int64(piece.count)
            total += Int64(piece.count)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
        }
    }

    /// Adds a line of the supervisor's own.
    mutating func note(_ text: String) {
        Array("martlet: \(text)\n".utf8).withUnsafeBytes { append($0) }
    }

    mutating func finish() {
        guard file >= 0 else { return }
        _ = fsync(file)
        _ = close(file)
        file = -1
    }

    private mutating func rotate() {
        if file >= 0 { _ = close(file) }
        let next = "\(path).tail.\(total)"
        file = (try? FileIO.create(next)) ?? -1
        inFile = 0
        segments.append(next)
        if segments.count > 2 { unlink(segments.removeFirst()) }
    }
}
