public import Basics
internal import Synchronization

/// DuckDB: SQL over data files and tables in memory.
///
/// The library is looked for when it is first needed; until then nothing is loaded, and a server without DuckDB runs.
/// Each query has a connection of its own, on a thread of its own, never on the cooperative pool. Nothing is installed
/// or loaded from outside, no statement can change a setting, and instants are in UTC.
///
/// ```swift
/// let analytics = Analytics(AnalyticsSettings(pythonEnvironments: [".venv"]))
/// let scan = DataScan(["flights.parquet"], format: .parquet)
/// let table = try await analytics.query("SELECT origin, avg(dep_delay) AS delay FROM \(scan.sql) GROUP BY ALL")
/// table["delay"]?.doubles
/// ```
public final class Analytics: Sendable {
    /// What the engine was made with.
    public let settings: AnalyticsSettings
    private let instance = Mutex<DuckDBInstance?>(nil)
    private let lanes: LanePool
    private let environments: Mutex<[String]>

    /// An engine that loads nothing yet.
    public init(_ settings: AnalyticsSettings = AnalyticsSettings()) {
        self.settings = settings
        environments = Mutex(settings.pythonEnvironments)
        lanes = LanePool(lanes: settings.connections, waiting: settings.waiting)
    }

    /// Adds a Python environment to the places where DuckDB is looked for, as long as none has been found.
    ///
    /// A project's environment is made when the project is applied, which may be long after the server started.
    public func look(inPythonEnvironment folder: String) {
        environments.withLock { if !$0.contains(folder) { $0.append(folder) } }
    }

    /// The version of the library and where it was found, such as `v1.5.5`; loads it.
    ///
    /// - Throws: `unavailable`, with each place that was tried, when there is no DuckDB.
    public func library() async throws -> (version: String, path: String) {
        try await perform(settings.timeLimit) { instance, _ in (instance.library.version, instance.library.path) }
    }

    /// Runs SQL and gives its rows.
    ///
    /// - Parameters:
    ///   - sql: One statement, or several without parameters, of which the last one gives the rows.
    ///   - parameters: Values for `$1`, `$2`, ….
    ///   - tables: Tables that the SQL may name.
    ///   - maximum: The most rows that the answer may have; more are refused.
    ///   - timeLimit: How long it may take, waiting included.
    /// - Throws: DuckDB's refusal (`invalidArgument`, `notFound` for a file), `tooLarge`, `deadlineExceeded`,
    ///   `cancelled`, `unavailable` without DuckDB, `exhausted` when too many queries wait.
    public func query(
        _ sql: String,
        _ parameters: [AnalyticsValue] = [],
        tables: [String: ColumnTable] = [:],
        maximum: Int = 5_000_000,
        timeLimit: Duration? = nil
    ) async throws -> ColumnTable {
        try await withSession(timeLimit: timeLimit) { session in
            for (name, table) in tables { try await session.load(table, as: name) }
            return try await session.query(sql, parameters, maximum: maximum)
        }
    }

    /// Runs SQL and hands its rows over a piece at a time; memory holds one piece, and DuckDB waits for `body`.
    ///
    /// - Parameters:
    ///   - sql: One statement.
    ///   - parameters: Values for `$1`, `$2`, ….
    ///   - rows: How many rows a piece has, at least, but for the last.
    ///   - timeLimit: How long all of it may take, `body` included.
    ///   - body: Called with each piece, in order; a result without rows gives one piece that has the columns.
    /// - Throws: What `query` throws, and what `body` throws.
    public func forEachPiece(
        _ sql: String,
        _ parameters: [AnalyticsValue] = [],
        rows: Int = 65_536,
        timeLimit: Duration? = nil,
        _ body: (ColumnTable) async throws -> Void
    ) async throws {
        try await withSession(timeLimit: timeLimit) { session in
            try await session.forEachPiece(sql, parameters, rows: rows, body)
        }
    }

    /// Writes the rows of a query to a Parquet file: under a temporary name, synced, then renamed.
    ///
    /// - Returns: How many rows were written.
    /// - Throws: What `query` throws; `unavailable` when the file cannot be written.
    @discardableResult
    public func copy(
        _ sql: String,
        _ parameters: [AnalyticsValue] = [],
        tables: [String: ColumnTable] = [:],
        toParquet path: String,
        timeLimit: Duration? = nil
    ) async throws -> Int {
        try await withSession(timeLimit: timeLimit) { session in
            for (name, table) in tables { try await session.load(table, as: name) }
            return try await session.copy(sql, parameters, toParquet: path)
        }
    }

    /// Holds one connection for several statements, so that temporary tables live from one to the next.
    ///
    /// The connection is new, and closed afterwards with all that was made in it. All statements together have the
    /// time limit.
    public func withSession<Result>(
        timeLimit: Duration? = nil,
        _ body: (AnalyticsSession) async throws -> Result
    ) async throws -> Result {
        let limit = timeLimit ?? settings.timeLimit
        let interruption = Interruption()
        async let _ = interruption.stop(after: limit)
        return try await withTaskCancellationHandler {
            let lane = try await lanes.acquire(interruption, limit: limit)
            defer { lanes.release(lane) }
            let connection = try await lane.run { try DuckDBConnection(self.open()) }
            let session = AnalyticsSession(lane, connection, interruption, limit)
            return try await body(session)
        } onCancel: {
            interruption.stop(.cancelled)
        }
    }

    private func perform<Result: Sendable>(
        _ limit: Duration,
        _ body: @Sendable @escaping (DuckDBInstance, Interruption) throws -> Result
    ) async throws -> Result {
        let interruption = Interruption()
        let lane = try await lanes.acquire(interruption, limit: limit)
        defer { lanes.release(lane) }
        return try await lane.run { try body(self.open(), interruption) }
    }

    /// The database, opened by the first who needs it.
    ///
    /// A failure is not kept: DuckDB may be installed meanwhile.
    private func open() throws -> DuckDBInstance {
        try instance.withLock { instance in
            if let instance { return instance }
            var settings = settings
            settings.pythonEnvironments = environments.withLock { $0 }
            let opened = try DuckDBInstance(settings)
            instance = opened
            return opened
        }
    }
}
