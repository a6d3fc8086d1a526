/// Where DuckDB is found and how much of the machine it may take.
public struct AnalyticsSettings: Sendable, Hashable {
    /// A stock `libduckdb` or a wheel's shared object to use before all others.
    public var library: String?
    /// The process's environment; `MARTLET_DUCKDB` in it names a library, too.
    public var environment: [String: String]
    /// Folders of Python environments whose `duckdb` wheel may be used, in order.
    public var pythonEnvironments: [String]
    /// How many queries run at once; each has a connection and a thread of its own.
    public var connections: Int
    /// How many queries may wait for a connection before more are refused.
    public var waiting: Int
    /// How many threads DuckDB uses for one query.
    public var threads: Int
    /// How much memory DuckDB may use before it spills to disk, in MiB.
    public var memoryLimit: Int
    /// Where DuckDB spills to; without one it fails where memory does not suffice.
    public var temporaryFolder: String?
    /// The only folders whose files may be read and written; nil allows every local file.
    public var folders: [String]?
    /// The longest that a query may take where its caller does not say.
    public var timeLimit: Duration

    /// Settings; each has a default that suits a small machine.
    public init(
        library: String? = nil,
        environment: [String: String] = [:],
        pythonEnvironments: [String] = [],
        connections: Int = 4,
        waiting: Int = 256,
        threads: Int = 2,
        memoryLimit: Int = 1024,
        temporaryFolder: String? = nil,
        folders: [String]? = nil,
        timeLimit: Duration = .seconds(300)
    ) {
        self.library = library
        self.environment = environment
        self.pythonEnvironments = pythonEnvironments
        self.connections = max(1, connections)
        self.waiting = max(0, waiting)
        self.threads = max(1, threads)
        self.memoryLimit = max(64, memoryLimit)
        self.temporaryFolder = temporaryFolder
        self.folders = folders
        self.timeLimit = timeLimit
    }
}
