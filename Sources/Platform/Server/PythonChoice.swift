import Basics
import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Which Python the server's own workers use, and where DuckDB's wheel may be.
struct PythonChoice: Sendable {
    /// The interpreter of model workers.
    let executable: String
    /// Folders of Python environments, in the order in which they are searched.
    let folders: [String]
    /// The process's environment, as far as it names libraries.
    let environment: [String: String]

    init(_ settings: Settings) {
        let named = settings["python"]
        executable = named ?? Self.onPath("python3") ?? "python3"
        // An interpreter in bin/ of an environment: the environment is the folder above. The link is not followed: it
        // leads to the interpreter that the environment was made from.
        var folders = named.map { [FileIO.parent(of: FileIO.parent(of: $0))] } ?? []
        folders += ["VIRTUAL_ENV", "MARTLET_PYTHON_ENV"].compactMap { (name: String) in
            getenv(name).map { String(cString: $0) }
        }
        if let found = Self.onPath("python3") { folders.append(FileIO.parent(of: FileIO.parent(of: found))) }
        self.folders = folders + [".venv"]
        environment = Dictionary(
            ["MARTLET_DUCKDB"].compactMap { (name: String) in getenv(name).map { (name, String(cString: $0)) } },
            uniquingKeysWith: { $1 }
        )
    }

    private static func onPath(_ name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        let candidates = path.split(separator: ":").map { folder in "\(folder)/\(name)" }
        return candidates.first { candidate in access(candidate, X_OK) == 0 }
    }
}
