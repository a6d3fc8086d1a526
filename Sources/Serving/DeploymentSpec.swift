public import Basics
public import Declarations

/// How a model is served: `models.NAME.deploy` of a project file, or the `spec` of a call.
public struct DeploymentSpec: Sendable, Hashable {
    /// What runs the model.
    public enum Runtime: String, Sendable, Hashable, CaseIterable {
        /// Whatever runs this model: a Python worker.
        case auto
        /// A Python worker.
        case python
    }

    /// What runs the model.
    public var runtime: Runtime
    /// How many processes.
    public var workers: Int
    /// The column that carries the caller's name of a row; it is not given to the model unless its signature has it.
    public var key: String?
    /// The column that carries a row's event time.
    public var time: String?
    /// How long a request may wait and run.
    public var timeout: Duration
    /// How many requests may wait for a free worker; more are refused with 429.
    public var maxQueue: Int
    /// How much memory a worker may have; one that has more is replaced.
    public var memory: Int64
    /// How many threads a worker's numeric libraries may use. Small batches get slower with more than one.
    public var threads: Int

    /// Makes a specification.
    public init(
        runtime: Runtime = .auto,
        workers: Int = 1,
        key: String? = nil,
        time: String? = nil,
        timeout: Duration = .seconds(30),
        maxQueue: Int = 256,
        memory: Int64 = 4 << 30,
        threads: Int = 1
    ) {
        self.runtime = runtime
        self.workers = workers
        self.key = key
        self.time = time
        self.timeout = timeout
        self.maxQueue = maxQueue
        self.memory = memory
        self.threads = threads
    }

    private static let keys = ["runtime", "workers", "key", "time", "timeout", "max_queue", "memory", "threads"]

    /// Reads `{runtime: python, workers: 2, key: flight, time: scheduled}`; every key may be missing.
    ///
    /// - Parameters:
    ///   - node: The mapping.
    ///   - diagnostics: Where mistakes go.
    /// - Returns: `nil` where the node is not a mapping.
    public static func decode(_ node: SpecNode, _ diagnostics: Diagnostics) -> DeploymentSpec? {
        guard let fields = node.fields(keys, diagnostics) else { return nil }
        var spec = DeploymentSpec()
        if let runtime = fields.text("runtime", oneOf: Runtime.allCases.map(\.rawValue)).flatMap(Runtime.init) {
            spec.runtime = runtime
        }
        if let workers = fields.int("workers", in: 1...64) { spec.workers = workers }
        spec.key = fields.text("key")
        spec.time = fields.text("time")
        if let timeout = fields.duration("timeout") {
            if timeout < .milliseconds(10) || timeout > .seconds(3600) {
                diagnostics.report(node, "'timeout' is out of range", hint: "10ms to 1h")
            }
            spec.timeout = timeout
        }
        if let queue = fields.int("max_queue", in: 0...100_000) { spec.maxQueue = queue }
        if let memory = fields.bytes("memory") {
            if memory < 64 << 20 {
                diagnostics.report(node, "'memory' is below 64Mi", hint: "a worker needs about 300Mi")
            }
            spec.memory = memory
        }
        if let threads = fields.int("threads", in: 1...256) { spec.threads = threads }
        return spec
    }

    /// The specification as it is stored and shown.
    public var json: JSON {
        [
            "runtime": .string(runtime.rawValue), "workers": JSON(workers), "key": JSON(key), "time": JSON(time),
            "timeout": .string("\(timeout.milliseconds)ms"), "max_queue": JSON(maxQueue), "memory": .int(memory),
            "threads": JSON(threads),
        ]
    }

    /// Reads what `json` wrote, and what a client sends: the same keys and the same checks as in a project file.
    ///
    /// - Throws: `invalidArgument` with every mistake.
    public init(json: JSON) throws {
        let diagnostics = Diagnostics()
        let node = SpecNode(json: json, path: "spec")
        let spec = DeploymentSpec.decode(node, diagnostics)
        try diagnostics.throwIfAny()
        self = spec ?? DeploymentSpec()
    }
}

extension SpecNode {
    /// JSON as a declaration, so that one decoder reads both.
    init(json: JSON, path: String) {
        let position = SpecPosition(file: "request", line: 1, column: 1)
        let content: Content =
            switch json {
            case .null: .null
            case .string(let text): .scalar(text, quoted: true)
            case .int(let number): .scalar(String(number), quoted: false)
            case .double(let number): .scalar(String(number), quoted: false)
            case .bool(let truth): .scalar(truth ? "true" : "false", quoted: false)
            case .array(let elements):
                .list(elements.enumerated().map { SpecNode(json: $1, path: "\(path)[\($0)]") })
            case .object(let object):
                .mapping(
                    object.map { key, value in
                        SpecEntry(key: key, keyPosition: position, value: SpecNode(json: value, path: "\(path).\(key)"))
                    }
                )
            }
        self.init(content, position: position, path: path)
    }
}
