#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Finds the places where DuckDB may be: the configured path, `MARTLET_DUCKDB`, the system's folders, Python environments.
struct LibraryLocator {
    let settings: AnalyticsSettings

    #if os(macOS)
    private static let systemFolders = ["/usr/local/lib", "/opt/homebrew/lib", "/usr/lib"]
    private static let stockName = "libduckdb.dylib"
    #else
    private static let systemFolders = [
        "/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib",
    ]
    private static let stockName = "libduckdb.so"
    #endif

    /// All places, best first.
    func search() -> LibrarySearch {
        var search = LibrarySearch()
        if let path = settings.library, !path.isEmpty { add(path, "the configuration", to: &search) }
        if let path = settings.environment["MARTLET_DUCKDB"], !path.isEmpty { add(path, "MARTLET_DUCKDB", to: &search) }
        for folder in Self.systemFolders {
            let path = "\(folder)/\(Self.stockName)"
            if Self.isFile(path) {
                search.candidates.append(LibraryCandidate(library: path, python: nil, origin: "the system's libraries"))
            } else {
                search.empty.append(path)
            }
        }
        for environment in settings.pythonEnvironments { addWheel(in: environment, to: &search) }
        return search
    }

    /// A path that a person named: a stock library, a wheel's object (then its Python is found from where it lies), or
    /// a Python environment.
    private func add(_ path: String, _ origin: String, to search: inout LibrarySearch) {
        if Self.isFolder(path) { return addWheel(in: path, to: &search) }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let isWheel = name.hasPrefix("_duckdb") || name.hasPrefix("duckdb.")
        let environment = isWheel ? Self.environment(of: path) : nil
        let python = environment.flatMap { PythonLibrary.path(environment: $0) }
        search.candidates.append(LibraryCandidate(library: path, python: python, origin: origin))
    }

    private func addWheel(in environment: String, to search: inout LibrarySearch) {
        let places = Self.sitePackages(environment)
        if places.isEmpty { search.empty.append("\(environment)/lib/python3*/site-packages") }
        for folder in places {
            let here = Self.names(folder).filter { $0.hasPrefix("_duckdb.") && $0.hasSuffix(".so") }.map {
                "\(folder)/\($0)"
            }
            let inside = Self.names("\(folder)/duckdb")
                .filter { $0.hasPrefix("duckdb.") && $0.hasSuffix(".so") }.map { "\(folder)/duckdb/\($0)" }
            guard let library = (here + inside).first else {
                search.empty.append("\(folder)/_duckdb*.so")
                continue
            }
            let python = PythonLibrary.path(environment: environment)
            if python == nil { search.empty.append("libpython3.x.so.1.0 of \(environment)") }
            search.candidates.append(
                LibraryCandidate(library: library, python: python, origin: "the Python environment \(environment)")
            )
        }
    }

    /// `…/venv` for `…/venv/lib/python3.11/site-packages/_duckdb.so`.
    private static func environment(of library: String) -> String? {
        let parts = library.split(separator: "/", omittingEmptySubsequences: false)
        guard let at = parts.lastIndex(of: "site-packages"), at >= 3 else { return nil }
        return parts[..<(at - 2)].joined(separator: "/")
    }

    private static func sitePackages(_ environment: String) -> [String] {
        ["lib", "lib64"].flatMap { lib in
            names("\(environment)/\(lib)").filter { $0.hasPrefix("python3") }.sorted().reversed()
                .map { "\(environment)/\(lib)/\($0)/site-packages" }
        }.filter(isFolder)
    }

    /// The names in a folder, sorted; none when it cannot be read.
    static func names(_ folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func isFolder(_ path: String) -> Bool { kind(path) == S_IFDIR }
    static func isFile(_ path: String) -> Bool { kind(path) == S_IFREG }

    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
