import Basics

/// Builds a POSIX (ustar) archive whose bytes depend on nothing but names, contents and whether a file may be run.
struct TarArchive {
    private(set) var bytes: [UInt8] = []

    /// Adds a regular file.
    ///
    /// - Throws: `invalidArgument` for a path that the format cannot hold: 255 bytes, none of its names over 100.
    mutating func add(_ path: String, _ content: [UInt8], isExecutable: Bool = false) throws {
        let (prefix, name) = try Self.divide(path)
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
        }
        func octal(_ value: Int, _ width: Int) -> String {
            let digits = String(value, radix: 8)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        put(name, at: 0)
        put(octal(isExecutable ? 0o755 : 0o644, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(content.count, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(prefix, at: 345)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, 6) + "\0 ", at: 148)
        bytes += header
        bytes += content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// Ends the archive with the two empty blocks that the format asks for.
    mutating func finish() { bytes += [UInt8](repeating: 0, count: 1024) }

    private static func divide(_ path: String) throws -> (prefix: String, name: String) {
        if path.utf8.count <= 100 { return ("", path) }
        for slash in path.indices where path[slash] == "/" {
            let (prefix, name) = (path[..<slash], path[path.index(after: slash)...])
            if name.utf8.count <= 100, prefix.utf8.count <= 155 { return (String(prefix), String(name)) }
        }
        throw MartletError(
            .invalidArgument,
            "the path '\(path.prefix(300))' of the project is too long for an archive",
            hint: "at most 255 bytes, the last name at most 100; or leave it out by .gitignore or .martletignore"
        )
    }
}
