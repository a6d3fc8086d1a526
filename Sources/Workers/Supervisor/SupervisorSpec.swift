public import Basics

/// What a supervisor is told: one step's command, where it runs, and what it may use.
///
/// It is written as `spec.json` into the attempt's folder, and that file is all that passes from the server to the
/// supervisor. The environment is passed whole: nothing is inherited, so no secret of the server reaches a step.
public struct SupervisorSpec: Sendable, Hashable {
    /// The program and its arguments; never a shell's text.
    public var arguments: [String]
    /// The whole environment of the program.
    public var environment: [String: String]
    /// The folder that the program starts in.
    public var workingDirectory: String
    /// After how many seconds the program is ended; `nil` for never.
    public var timeout: Double?
    /// How many seconds the program has between TERM and KILL.
    public var grace: Double
    /// How many bytes of memory the program and all that it starts may hold; `nil` for no limit.
    public var memory: Int64?
    /// How many bytes of output are kept: the first half, and the end.
    public var logLimit: Int64

    /// Makes a spec.
    public init(
        arguments: [String],
        environment: [String: String],
        workingDirectory: String,
        timeout: Double? = nil,
        grace: Double = 10,
        memory: Int64? = nil,
        logLimit: Int64 = 16 << 20
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.timeout = timeout
        self.grace = grace
        self.memory = memory
        self.logLimit = logLimit
    }

    /// The spec as `spec.json` holds it.
    public var json: JSON {
        [
            "arguments": JSON(arguments), "environment": JSON(environment), "cwd": .string(workingDirectory),
            "timeout": JSON(timeout), "grace": .double(grace), "memory": JSON(memory), "log_limit": .int(logLimit),
        ]
    }

    /// Reads a spec.
    ///
    /// - Throws: `invalidArgument` for what is not complete.
    public init(json: JSON) throws {
        guard let arguments = json["arguments"]?.array?.compactMap(\.string), !arguments.isEmpty,
            let environment = json["environment"]?.object, let cwd = json["cwd"]?.string
        else {
            throw MartletError(
                .invalidArgument,
                "the supervisor's spec is not complete",
                hint: "arguments, environment, cwd"
            )
        }
        self.arguments = arguments
        self.environment = Dictionary(
            environment.compactMap { key, value in value.string.map { (key, $0) } },
            uniquingKeysWith: { _, last in last }
        )
        workingDirectory = cwd
        timeout = json["timeout"]?.double
        grace = json["grace"]?.double ?? 10
        memory = json["memory"]?.int
        logLimit = json["log_limit"]?.int ?? 16 << 20
    }
}
