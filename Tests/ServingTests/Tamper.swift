import Foundation

/// Changes a file behind the server's back.
enum Tamper {
    static func append(_ text: String, to path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let old = try String(contentsOfFile: path, encoding: .utf8)
        try (old + text).write(toFile: path, atomically: false, encoding: .utf8)
    }

    static func endsWith(_ text: String, _ path: String) -> Bool {
        (try? String(contentsOfFile: path, encoding: .utf8))?.hasSuffix(text) ?? false
    }
}
