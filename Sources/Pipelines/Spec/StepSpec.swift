public import Basics

/// One step of a pipeline, as declared.
public struct StepSpec: Sendable, Hashable {
    /// What a step does.
    public enum Action: Sendable, Hashable {
        /// Calls `module.function` of the project.
        case function(String)
        /// Runs a program: its name and its arguments, never a shell's text.
        case command([String])
        /// Registers a model from another step's output.
        case register(model: String, from: OutputReference)
    }

    /// An output of another step.
    public struct OutputReference: Sendable, Hashable {
        /// The step.
        public let step: String
        /// Its output.
        public let output: String

        /// As written: `steps.fit.model`.
        public var text: String { "steps.\(step).\(output)" }

        /// Names an output.
        public init(step: String, output: String) {
            self.step = step
            self.output = output
        }
    }

    /// Where an input comes from.
    public enum Source: Sendable, Hashable {
        /// A dataset, at the version that the run pins, or at this one.
        case dataset(String, version: Int?)
        /// Another step's output.
        case output(OutputReference)

        /// As written: `dataset:flights`, `steps.prepare.train`.
        public var text: String {
            switch self {
            case .dataset(let name, let version): "dataset:\(name)" + (version.map { "@\($0)" } ?? "")
            case .output(let reference): reference.text
            }
        }
    }

    /// What a step may use at the same time as others.
    public struct Resources: Sendable, Hashable {
        /// Processor cores.
        public var cpu: Double
        /// Bytes of memory; `nil` for no limit.
        public var memory: Int64?

        /// Makes resources.
        public init(cpu: Double = 1, memory: Int64? = nil) {
            self.cpu = cpu
            self.memory = memory
        }
    }

    /// Its name in the pipeline.
    public var name: String
    /// What it does.
    public var action: Action
    /// Its inputs by name, in order.
    public var inputs: [(name: String, source: Source)] { inputNames.enumerated().map { ($1, inputSources[$0]) } }
    private var inputNames: [String]
    private var inputSources: [Source]
    /// The names of its outputs.
    public var outputs: [String]
    /// Its parameters.
    public var params: JSONObject
    /// What it may use.
    public var resources: Resources
    /// How often it is tried again after a failure.
    public var retries: Int
    /// After how long it is ended.
    public var timeout: Duration
    /// Whether a result of the same code, inputs, params and environment may stand for a run of it.
    public var cache: Bool
    /// Steps that must have ended well before, beside those that it takes inputs from.
    public var after: [String]

    /// A step that names no timeout gets this one: every wait has an end.
    public static let defaultTimeout = Duration.seconds(86_400)

    /// Makes a step.
    public init(
        name: String,
        action: Action,
        inputs: [(String, Source)] = [],
        outputs: [String] = [],
        params: JSONObject = JSONObject(),
        resources: Resources = Resources(),
        retries: Int = 0,
        timeout: Duration = StepSpec.defaultTimeout,
        cache: Bool = true,
        after: [String] = []
    ) {
        self.name = name
        self.action = action
        inputNames = inputs.map(\.0)
        inputSources = inputs.map(\.1)
        self.outputs = outputs
        self.params = params
        self.resources = resources
        self.retries = retries
        self.timeout = timeout
        self.cache = cache
        self.after = after
    }

    /// The steps that must have ended well before this one, in the order in which they are named.
    public var dependencies: [String] {
        var found: [String] = []
        func add(_ name: String) { if !found.contains(name) { found.append(name) } }
        for case .output(let reference) in inputSources { add(reference.step) }
        if case .register(_, let from) = action { add(from.step) }
        for name in after { add(name) }
        return found
    }
}

extension StepSpec {
    /// The step as it is stored, and as it stands in a cache key.
    public var json: JSON {
        var json: JSON = ["name": .string(name)]
        switch action {
        case .function(let name): json["uses"] = .string(name)
        case .command(let arguments): json["run"] = JSON(arguments)
        case .register(let model, let from):
            json["model"] = .string(model)
            json["from"] = .string(from.text)
        }
        json["inputs"] = .object(JSONObject(inputs.map { ($0.name, .string($0.source.text)) }))
        json["outputs"] = JSON(outputs)
        json["params"] = .object(params)
        json["cpu"] = .double(resources.cpu)
        json["memory"] = JSON(resources.memory)
        json["retries"] = JSON(retries)
        json["timeout_ms"] = .int(timeout.milliseconds)
        json["cache"] = .bool(cache)
        json["after"] = JSON(after)
        return json
    }

    /// Reads a stored step.
    public init(json: JSON) throws {
        guard let name = json["name"]?.string else { throw MartletError(.dataLoss, "a stored step has no name") }
        let action: Action
        if let function = json["uses"]?.string {
            action = .function(function)
        } else if let command = json["run"]?.array {
            action = .command(command.compactMap(\.string))
        } else if let model = json["model"]?.string,
            let from = json["from"]?.string.flatMap(OutputReference.init(text:))
        {
            action = .register(model: model, from: from)
        } else {
            throw MartletError(.dataLoss, "the stored step '\(name)' does nothing")
        }
        self.init(
            name: name,
            action: action,
            inputs: (json["inputs"]?.object ?? JSONObject()).compactMap { name, value in
                value.string.flatMap(Source.init(text:)).map { (name, $0) }
            },
            outputs: json["outputs"]?.array?.compactMap(\.string) ?? [],
            params: json["params"]?.object ?? JSONObject(),
            resources: Resources(cpu: json["cpu"]?.double ?? 1, memory: json["memory"]?.int),
            retries: Int(json["retries"]?.int ?? 0),
            timeout: json["timeout_ms"]?.int.map { .milliseconds($0) } ?? Self.defaultTimeout,
            cache: json["cache"]?.bool ?? true,
            after: json["after"]?.array?.compactMap(\.string) ?? []
        )
    }
}

extension StepSpec.OutputReference {
    /// Reads `steps.STEP.OUTPUT`.
    public init?(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0] == "steps", !parts[1].isEmpty, !parts[2].isEmpty else { return nil }
        self.init(step: parts[1], output: parts[2])
    }
}

extension StepSpec.Source {
    /// Reads `dataset:NAME`, `dataset:NAME@VERSION` or `steps.STEP.OUTPUT`.
    public init?(text: String) {
        if text.hasPrefix("dataset:") {
            let parts = text.dropFirst(8).split(separator: "@", omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { return nil }
            if parts.count == 2 {
                guard let version = Int(parts[1]), version > 0 else { return nil }
                self = .dataset(String(name), version: version)
            } else {
                self = .dataset(String(name), version: nil)
            }
        } else if let reference = StepSpec.OutputReference(text: text) {
            self = .output(reference)
        } else {
            return nil
        }
    }
}

extension StepSpec {
    /// Whether two declare the same.
    public static func == (a: StepSpec, b: StepSpec) -> Bool { a.json == b.json }

    /// Hashes the name, which is unique in a pipeline.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
