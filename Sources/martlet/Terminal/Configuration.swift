import Basics
import Platform
import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Reads the configuration of a server from file, environment and flags.
enum Configuration {
    static func load(file: String?, flags: [String: String]) throws -> Settings {
        var environment: [String: String] = [:]
        for setting in Settings.all {
            if let value = getenv(setting.variable) { environment[setting.variable] = String(cString: value) }
        }
        let content = try file.map { path in
            (path: path, text: String(decoding: try FileIO.read(path, limit: 1 << 20), as: UTF8.self))
        }
        return try Settings(file: content, environment: environment, flags: flags)
    }
}
