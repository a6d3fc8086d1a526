#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Finds the libpython that belongs to a Python environment.
enum PythonLibrary {
    /// The shared object of the environment's interpreter, or nil where there is none.
    ///
    /// A virtual environment names its base in `pyvenv.cfg` (`home = /usr/local/bin`); the library lies in the `lib`
    /// beside it. An environment that is no virtual one is its own base. The system's folders come last.
    static func path(environment: String) -> String? {
        var folders: [String] = []
        var version: String?
        for line in configuration(environment) {
            guard let at = line.firstIndex(of: "=") else { continue }
            let key = trim(line[..<at])
            let value = trim(line[line.index(after: at)...])
            switch key {
            case "home": folders.append(value + "/../lib")
            case "version", "version_info":
                version = value.split(separator: ".").prefix(2).joined(separator: ".")
            default: break
            }
        }
        folders += [
            "\(environment)/lib", "/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64", "/usr/lib",
        ]
        let wanted = version ?? installedVersion(environment)
        for folder in folders {
            let names = LibraryLocator.names(folder).filter {
                $0.hasPrefix("libpython3.") && ($0.hasSuffix(".so.1.0") || $0.hasSuffix(".dylib"))
            }
            let match = names.first { name in wanted.map { name.hasPrefix("libpython\($0).") } ?? true }
            if let match { return resolved("\(folder)/\(match)") }
        }
        return nil
    }

    private static func installedVersion(_ environment: String) -> String? {
        LibraryLocator.names("\(environment)/lib").last { $0.hasPrefix("python3.") }.map { String($0.dropFirst(6)) }
    }

    private static func configuration(_ environment: String) -> [Substring] {
        guard let file = fopen("\(environment)/pyvenv.cfg", "r") else { return [] }
        defer { fclose(file) }
        // The file has a handful of lines; what is longer is none.
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self).split(whereSeparator: \.isNewline)
    }

    private static func trim(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
