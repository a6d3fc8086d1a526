#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The files by which server and supervisor talk about one attempt; the server may come and go between them.
public struct AttemptFolder: Sendable, Hashable {
    /// The folder.
    public let path: String

    /// Names a folder.
    public init(_ path: String) { self.path = path }

    /// What to run: written by the server, whole or not at all.
    public var spec: String { path + "/spec.json" }
    /// Who supervises: made by the first supervisor, and a second one ends where it finds it.
    public var claim: String { path + "/supervisor.json" }
    /// How it ended: written by the supervisor, whole or not at all.
    public var exit: String { path + "/exit.json" }
    /// That the attempt is given up, and why: written by the server.
    public var revoked: String { path + "/revoked" }
    /// The beginning of the step's output.
    public var log: String { path + "/log" }
    /// What the supervisor itself says when it cannot even start.
    public var complaints: String { path + "/supervisor.log" }
}

extension AttemptFolder {
    /// Removes the folder with all that is in it, links as links. Blocks on the disk only.
    public func remove() { Self.remove(path) }

    private static func remove(_ path: String) {
        var info = stat()
        guard lstat(path, &info) == 0 else { return }
        guard info.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        // A step may have taken its own rights to a folder away.
        if info.st_mode & 0o700 != 0o700 { _ = chmod(path, 0o700) }
        var names: [String] = []
        if let directory = opendir(path) {
            while let item = readdir(directory) {
                let name = withUnsafePointer(to: &item.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { names.append(name) }
            }
            closedir(directory)
        }
        for name in names { remove("\(path)/\(name)") }
        rmdir(path)
    }
}
