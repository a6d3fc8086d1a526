internal import Basics

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file that becomes visible only when it is complete and on the disk.
struct PendingFile: Sendable {
    let path: String
    /// Where DuckDB writes: beside the file, so that renaming stays within one file system.
    let temporary: String

    /// - Throws: `invalidArgument` for a path that no file can have.
    init(_ path: String) throws {
        guard !path.isEmpty, !path.hasSuffix("/"), !path.utf8.contains(0) else {
            throw MartletError(.invalidArgument, "'\(path)' names no file", hint: "give the path of a file to write")
        }
        self.path = path
        temporary = "\(path).\(UInt64.random(in: .min ... .max)).part"
    }

    func publish() throws {
        let descriptor = open(temporary, O_RDONLY)
        guard descriptor >= 0 else { throw failure("opened") }
        let synced = fsync(descriptor)
        close(descriptor)
        guard synced == 0 else { throw failure("synced") }
        guard rename(temporary, path) == 0 else { throw failure("renamed") }
    }

    func discard() { unlink(temporary) }

    private func failure(_ what: String) -> MartletError {
        MartletError(.unavailable, "the file '\(path)' could not be \(what): \(String(cString: strerror(errno)))")
    }
}
