import Analytics
import Basics
import Foundation
import Testing

@Suite struct LibraryTests {
    private func failure(_ settings: AnalyticsSettings) async -> MartletError? {
        do { _ = try await Analytics(settings).library() } catch { return error as? MartletError }
        return nil
    }

    @Test func `a library that is not there is an error that names every place`() async throws {
        let scratch = try Scratch()
        let settings = AnalyticsSettings(
            library: "\(scratch.path)/libduckdb.so",
            environment: ["MARTLET_DUCKDB": "\(scratch.path)/other.so"],
            pythonEnvironments: ["\(scratch.path)/venv"]
        )
        // On a machine whose system folders hold DuckDB there is nothing to see here.
        guard let error = await failure(settings) else { return }
        #expect(error.code == .unavailable)
        for part in [
            "\(scratch.path)/libduckdb.so", "the configuration", "\(scratch.path)/other.so", "MARTLET_DUCKDB",
            "\(scratch.path)/venv/lib/python3*/site-packages: not there", "/usr/lib/libduckdb.so: not there",
        ] {
            #expect(error.message.contains(part), "\(part)")
        }
        #expect(
            error.hint
                == "install it into the project's Python environment (duckdb==1.5.5), or name a libduckdb in MARTLET_DUCKDB"
        )
    }

    @Test func `a file that is no library, and a library that is not DuckDB, say so`() async throws {
        let scratch = try Scratch()
        let text = try scratch.file("libduckdb.so", "not a library")
        if let error = await failure(AnalyticsSettings(library: text)) {
            #expect(error.message.contains("libduckdb.so"))
        }
        if let error = await failure(AnalyticsSettings(library: "libm.so.6")) {
            #expect(error.message.contains("libm.so.6: the symbol duckdb_library_version is missing"))
        }
    }

    @Test(.enabled("needs DuckDB", DuckDBEnvironment.isThere))
    func `the library says its version and where it was found`() async throws {
        let found = try await DuckDBEnvironment.shared.library()
        #expect(found.version.hasPrefix("v1."))
        #expect(!found.path.isEmpty)
    }

    @Test(.enabled("needs DuckDB", DuckDBEnvironment.isThere))
    func `an environment made after the start is found by the next query`() async throws {
        var settings = DuckDBEnvironment.settings
        let environments = settings.pythonEnvironments
        settings.pythonEnvironments = []
        let analytics = Analytics(settings)
        // Where a library is named or installed there is nothing to miss.
        guard await failure(settings) != nil else { return }
        await #expect(throws: MartletError.self) { try await analytics.query("SELECT 1") }
        for environment in environments { analytics.look(inPythonEnvironment: environment) }
        #expect(try await analytics.query("SELECT 1 AS a")["a"]?.long(0) == 1)
    }
}
