public import Basics

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The few system calls on files that Martlet makes itself, with errors that name call and path.
///
/// All of them block: call them on a thread of the blob store or of your own, never on the cooperative pool.
public enum FileIO {
    /// Writes a file so that a crash leaves either the old or the new content: temporary name, sync, rename, sync of the folder.
    ///
    /// - Parameters:
    ///   - bytes: The new content.
    ///   - path: Where; its folder must exist.
    ///   - mode: The permissions.
    public static func writeAtomically(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws {
        var generator = SystemRandomNumberGenerator()
        let temporary = "\(path).\(String(generator.next() as UInt64, radix: 16)).tmp"
        let file = try create(temporary, mode: mode)
        do {
            defer { _ = close(file) }
            try bytes.withUnsafeBytes { try write($0, to: file, path: temporary) }
            try sync(file, path: temporary)
        } catch {
            unlink(temporary)
            throw error
        }
        try rename(temporary, to: path)
    }

    /// Renames a file and syncs the folder that it now stands in.
    public static func rename(_ from: String, to path: String) throws {
        #if canImport(Glibc)
        let result = Glibc.rename(from, path)
        #else
        let result = Darwin.rename(from, path)
        #endif
        guard result == 0 else { throw failure("rename", path) }
        let folder = open(parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            _ = fsync(folder)
            _ = close(folder)
        }
    }

    /// Makes a folder and those above it, readable by its owner only.
    public static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path.contains("/") else { throw failure("mkdir", path) }
        try makeFolder(parent(of: path))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("mkdir", path) }
    }

    /// Makes a new file for writing; an existing one is an error, so nobody can plant a link.
    public static func create(_ path: String, mode: UInt32 = 0o600) throws -> Int32 {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure("open", path) }
        return file
    }

    /// Opens a file for reading.
    public static func openForReading(_ path: String) throws -> Int32 {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("open", path) }
        return file
    }

    /// Writes all bytes.
    public static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32, path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = UnsafeRawBufferPointer(rebasing: rest).withMemoryRebound(to: UInt8.self) {
                systemWrite(file, $0.baseAddress, $0.count)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw failure("write", path)
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Returns after the file's content has reached the disk.
    public static func sync(_ file: Int32, path: String) throws {
        guard fsync(file) == 0 else { throw failure("fsync", path) }
    }

    /// A whole small file.
    ///
    /// - Parameters:
    ///   - path: Where.
    ///   - limit: How many bytes at most; a larger file is `tooLarge`.
    public static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let file = try openForReading(path)
        defer { _ = close(file) }
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = systemRead(file, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("read", path)
            }
            if count == 0 { return out }
            guard out.count + count <= limit else {
                throw MartletError(.tooLarge, "\(path) is larger than \(limit) bytes")
            }
            out.append(contentsOf: chunk[..<count])
        }
    }

    /// Size of a file in bytes; `nil` where there is none.
    public static func size(_ path: String) -> Int64? {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG ? Int64(info.st_size) : nil
    }

    /// What a path leads to.
    public struct Facts: Sendable, Hashable {
        /// The kinds that matter here.
        public enum Kind: Sendable, Hashable {
            case file, folder, link, other
        }

        /// What stands there.
        public let kind: Kind
        /// Its size in bytes.
        public let size: Int64
        /// Whether its owner may run it.
        public let isExecutable: Bool
    }

    /// What a path leads to; `nil` where there is nothing.
    ///
    /// - Parameters:
    ///   - path: Where.
    ///   - followingLinks: Whether a link is told as what it leads to.
    public static func facts(_ path: String, followingLinks: Bool = true) -> Facts? {
        var info = stat()
        guard (followingLinks ? stat(path, &info) : lstat(path, &info)) == 0 else { return nil }
        let kind: Facts.Kind =
            switch info.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        return Facts(kind: kind, size: Int64(info.st_size), isExecutable: info.st_mode & S_IXUSR != 0)
    }

    /// The folder that a path stands in.
    public static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// An error of a system call, in a sentence: the call, the path, what the system said, what to do.
    public static func failure(_ call: String, _ path: String) -> MartletError {
        let code = errno
        let reason = String(cString: strerror(code))
        return switch code {
        case ENOENT: MartletError(.notFound, "\(call) \(path): \(reason)")
        case EEXIST: MartletError(.alreadyExists, "\(call) \(path): \(reason)")
        case EACCES, EPERM, EROFS: MartletError(.permissionDenied, "\(call) \(path): \(reason)")
        case ENOSPC, EDQUOT:
            MartletError(.exhausted, "\(call) \(path): \(reason)", hint: "free some space and try again")
        case EMFILE, ENFILE:
            MartletError(.exhausted, "\(call) \(path): \(reason)", hint: "raise the limit of open files (ulimit -n)")
        default: MartletError(.unavailable, "\(call) \(path): \(reason)")
        }
    }

    private static func systemWrite(_ file: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(file, bytes, count)
        #else
        Darwin.write(file, bytes, count)
        #endif
    }

    private static func systemRead(_ file: Int32, _ bytes: inout [UInt8], _ count: Int) -> Int {
        bytes.withUnsafeMutableBytes { buffer in
            #if canImport(Glibc)
            Glibc.read(file, buffer.baseAddress, count)
            #else
            Darwin.read(file, buffer.baseAddress, count)
            #endif
        }
    }
}
