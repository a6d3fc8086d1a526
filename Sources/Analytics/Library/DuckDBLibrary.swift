internal import Basics
internal import CDuckDB

/// DuckDB's entries, once its library is open.
///
/// `@unchecked Sendable`: the pointers are written once, before anybody else sees the value, and point to code.
struct DuckDBLibrary: @unchecked Sendable {
    let api: martlet_duckdb_api
    let version: String
    let path: String

    /// Opens the first candidate that has every entry.
    ///
    /// - Throws: `unavailable` with each place that was tried and why it would not do.
    static func load(_ settings: AnalyticsSettings) throws -> DuckDBLibrary {
        let search = LibraryLocator(settings: settings).search()
        var failures: [String] = []
        for candidate in search.candidates {
            var api = martlet_duckdb_api()
            var message = [CChar](repeating: 0, count: 1024)
            if martlet_duckdb_load(candidate.library, candidate.python, &api, &message, message.count) {
                let version = api.library_version().map { String(cString: $0) } ?? "of no version"
                guard version.hasPrefix("v1.") else {
                    failures.append("\(candidate.library): it is DuckDB \(version), not 1.x")
                    continue
                }
                return DuckDBLibrary(api: api, version: version, path: candidate.library)
            }
            let reason = message.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            let named = reason.contains(candidate.library) ? reason : "\(candidate.library): \(reason)"
            failures.append("\(named) (named by \(candidate.origin))")
        }
        let tried = failures + search.empty.map { "\($0): not there" }
        throw MartletError(
            .unavailable,
            "DuckDB, which reads data files, could not be loaded; tried: \(tried.joined(separator: "; "))",
            hint:
                "install it into the project's Python environment (duckdb==1.5.5), or name a libduckdb in MARTLET_DUCKDB"
        )
    }
}
