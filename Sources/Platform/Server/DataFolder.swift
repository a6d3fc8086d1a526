import Basics
import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The folder in which a server keeps everything; one server at a time.
final class DataFolder: Sendable {
    let path: String
    private let lock: Int32

    /// Takes hold of the folder, making it if there is none.
    ///
    /// - Throws: `conflict` where another server holds it.
    init(_ path: String) throws {
        // Whatever is written from here on, the database by SQLite among it, is for this user alone.
        // See: 'man 2 umask'
        _ = umask(0o077)
        try FileIO.makeFolder(path)
        guard let absolute = realpath(path, nil) else { throw FileIO.failure("realpath", path) }
        defer { free(absolute) }
        self.path = String(cString: absolute)
        lock = open(self.path + "/server.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw FileIO.failure("open", self.path + "/server.lock") }
        // The system frees the lock when the process ends, however it ends.
        // See: 'man 2 flock'
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            _ = close(lock)
            throw MartletError(
                .conflict,
                "another martlet server is using \(path)",
                hint: "stop it, or choose another --data folder"
            )
        }
    }

    deinit { _ = close(lock) }

    var database: String { path + "/martlet.db" }
    var blobs: String { path + "/blobs" }
}
