import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The program under test, which stands beside the tests.
enum MartletBinary {
    static let path: String = {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let own =
            count > 0
            ? String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : CommandLine.arguments[0]
        return FileIO.parent(of: own) + "/martlet"
    }()
}

enum Script {
    static func write(_ text: String, to path: String) throws {
        try FileIO.writeAtomically(Array(text.utf8), to: path, mode: 0o700)
    }

    static func read(_ path: String) throws -> String {
        String(decoding: try FileIO.read(path, limit: 1 << 20), as: UTF8.self)
    }
}
