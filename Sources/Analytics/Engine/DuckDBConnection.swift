internal import CDuckDB

/// A connection, closed when the last user lets go.
///
/// `@unchecked Sendable`: used by one lane's thread at a time; only `interrupt`, which DuckDB allows from any thread, is
/// called from others.
final class DuckDBConnection: @unchecked Sendable {
    let instance: DuckDBInstance
    let handle: martlet_duckdb_handle

    init(_ instance: DuckDBInstance) throws {
        self.instance = instance
        handle = try instance.connect()
    }

    deinit {
        var handle: martlet_duckdb_handle? = handle
        instance.library.api.disconnect(&handle)
    }

    var api: martlet_duckdb_api { instance.library.api }

    /// Stops what runs on the connection.
    func interrupt() { api.interrupt(handle) }
}
