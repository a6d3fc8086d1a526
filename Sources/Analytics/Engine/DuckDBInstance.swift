internal import Basics
internal import CDuckDB

/// An open DuckDB: one database in memory, whose connections share its threads and its memory limit.
///
/// `@unchecked Sendable`: DuckDB's database handle may be used from any thread; ours is written once.
final class DuckDBInstance: @unchecked Sendable {
    let library: DuckDBLibrary
    private var database: martlet_duckdb_handle?

    /// Opens a database whose configuration is closed for good: no extension is installed or loaded from outside, no
    /// statement can change a setting.
    ///
    /// - Throws: `unavailable` when the library is missing, `internalError` when DuckDB refuses the settings.
    init(_ settings: AnalyticsSettings) throws {
        library = try DuckDBLibrary.load(settings)
        let api = library.api
        var configuration: martlet_duckdb_handle?
        guard api.create_config(&configuration) == 0 else {
            throw MartletError(.internalError, "DuckDB made no configuration")
        }
        defer { api.destroy_config(&configuration) }
        for (name, value) in Self.options(settings) where api.set_config(configuration, name, value) != 0 {
            throw MartletError(.internalError, "DuckDB \(library.version) refused the setting \(name)=\(value)")
        }
        var message: UnsafeMutablePointer<CChar>?
        guard api.open_ext(":memory:", &database, configuration, &message) == 0 else {
            let text = message.map { String(cString: $0) } ?? "no reason given"
            if let message { api.free(message) }
            throw MartletError(.internalError, "DuckDB \(library.version) did not open: \(text)")
        }
        do {
            try closeConfiguration(settings)
        } catch {
            api.close(&database)
            throw error
        }
    }

    deinit {
        library.api.close(&database)
    }

    private static func options(_ settings: AnalyticsSettings) -> [(String, String)] {
        [
            ("autoinstall_known_extensions", "false"),
            ("autoload_known_extensions", "false"),
            ("allow_community_extensions", "false"),
            ("memory_limit", "\(settings.memoryLimit)MiB"),
            ("threads", "\(settings.threads)"),
            // Nothing of the user's home is read or written.
            ("home_directory", "/nonexistent"),
            ("temp_directory", settings.temporaryFolder ?? ""),
        ]
    }

    /// What can only be set once the database is open, and last of all the lock.
    private func closeConfiguration(_ settings: AnalyticsSettings) throws {
        let connection = try DuckDBConnection(self)
        var statements = ["SET TimeZone = 'UTC'"]
        if let folders = settings.folders {
            let allowed = folders.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
            statements.append("SET allowed_directories = \(SQLText.list(allowed))")
            statements.append("SET enable_external_access = false")
        }
        statements.append("SET lock_configuration = true")
        for sql in statements {
            let query = DuckDBQuery(connection, limit: settings.timeLimit)
            defer { query.close() }
            try query.start(sql, [])
        }
    }

    /// A new connection's handle.
    func connect() throws -> martlet_duckdb_handle {
        var connection: martlet_duckdb_handle?
        guard library.api.connect(database, &connection) == 0, let connection else {
            throw MartletError(.unavailable, "DuckDB made no connection", hint: "there may be too many; try again")
        }
        return connection
    }
}
