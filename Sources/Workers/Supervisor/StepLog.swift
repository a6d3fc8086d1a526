import Basics
import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Reads a step's output while it is written, and after: places count all bytes that the step wrote, also those that were
/// not kept.
public struct StepLog: Sendable {
    private let path: String

    /// Reads the log of an attempt.
    public init(_ folder: AttemptFolder) { path = folder.log }

    /// A part of the log.
    public struct Part: Sendable, Hashable {
        /// The bytes; where some were left out, a line says how many.
        public let bytes: [UInt8]
        /// The place behind them: where to go on.
        public let next: Int64
    }

    /// The output from a place on; empty where there is no more yet. Blocks on the disk only.
    ///
    /// - Parameters:
    ///   - offset: The place.
    ///   - limit: How many bytes at most.
    public func read(from offset: Int64, limit: Int = 1 << 18) -> Part {
        var at = max(0, offset)
        var bytes: [UInt8] = []
        for file in files() where bytes.count < limit {
            let size = FileIO.size(file.path) ?? 0
            if at < file.start {
                bytes += Array("\nmartlet: \(file.start - at) bytes of the log are left out here\n".utf8)
                at = file.start
            }
            guard at < file.start + size, let piece = Self.piece(file.path, at - file.start, limit - bytes.count) else {
                continue
            }
            bytes += piece
            at += Int64(piece.count)
        }
        return Part(bytes: bytes, next: at)
    }

    /// The whole log as it is kept.
    public func whole() -> [UInt8] {
        var all: [UInt8] = []
        var at: Int64 = 0
        while true {
            let part = read(from: at, limit: 4 << 20)
            if part.bytes.isEmpty { return all }
            all += part.bytes
            at = part.next
        }
    }

    private func files() -> [(path: String, start: Int64)] {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        guard let directory = opendir(FileIO.parent(of: path)) else { return [] }
        defer { closedir(directory) }
        var found: [(path: String, start: Int64)] = []
        while let item = readdir(directory) {
            let entry = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if entry == name {
                found.append((path, 0))
            } else if entry.hasPrefix(name + ".tail."), let start = Int64(entry.dropFirst(name.count + 6)) {
                found.append(("\(path).tail.\(start)", start))
            }
        }
        return found.sorted { $0.start < $1.start }
    }

    private static func piece(_ path: String, _ offset: Int64, _ limit: Int) -> [UInt8]? {
        guard let file = try? FileIO.openForReading(path) else { return nil }
        defer { _ = close(file) }
        var bytes = [UInt8](repeating: 0, count: max(0, limit))
        let count = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, off_t(offset)) }
        guard count > 0 else { return nil }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
