import Analytics
import Foundation

/// Where these tests find DuckDB.
///
/// `MARTLET_DUCKDB` names a library, `MARTLET_PYTHON_ENV` a Python environment; `.venv` in the package's folder is looked
/// at last. Where none is there, tests that need it are skipped and say so.
enum DuckDBEnvironment {
    static var settings: AnalyticsSettings {
        let environment = ProcessInfo.processInfo.environment
        return AnalyticsSettings(
            environment: environment,
            pythonEnvironments: [environment["MARTLET_PYTHON_ENV"], ".venv"].compactMap(\.self),
            connections: 2,
            memoryLimit: 512
        )
    }

    static let shared = Analytics(settings)

    static func isThere() async -> Bool { (try? await shared.library()) != nil }
}

/// A folder that is removed when the last user lets go.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/martlet-analytics-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func file(_ name: String, _ text: String) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
