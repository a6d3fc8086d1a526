/// How many workers a model has, and what they may take.
public struct ModelWorkerOptions: Sendable, Hashable {
    /// How many processes.
    public var workers: Int
    /// How many threads each one's numeric libraries may use.
    public var threads: Int
    /// How long a request may take, waiting included.
    public var timeout: Duration
    /// How long starting and loading may take.
    public var loadTimeout: Duration
    /// How many requests may wait for a free worker.
    public var maxQueue: Int
    /// How many bytes of memory a worker may have.
    public var memory: Int64
    /// How many bytes an answer may have.
    public var responseLimit: Int

    /// Makes options.
    public init(
        workers: Int = 1,
        threads: Int = 1,
        timeout: Duration = .seconds(30),
        loadTimeout: Duration = .seconds(120),
        maxQueue: Int = 256,
        memory: Int64 = 4 << 30,
        responseLimit: Int = 256 << 20
    ) {
        self.workers = workers
        self.threads = threads
        self.timeout = timeout
        self.loadTimeout = loadTimeout
        self.maxQueue = maxQueue
        self.memory = memory
        self.responseLimit = responseLimit
    }
}
