import Basics
import Logging
import NIOPosix
import Storage
import Subprocess
import Synchronization
import SystemPackage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Python environments, made by `uv` once for each lock and kept; or one that is there already.
///
/// Many may ask for the same environment at once: one makes it, all wait for it. An environment is marked when it is whole, so
/// that one whose making was cut short is made again.
public actor PythonEnvironments {
    /// What is told while an environment is made, a line at a time.
    public typealias Progress = @Sendable (String) -> Void

    private let root: String
    private let shared: String?
    private let uv: String
    private var making: [String: Task<PythonEnvironment, any Error>] = [:]
    private var versions: [String: String] = [:]
    private let logger = Logger(label: "martlet.environments")

    /// Opens the environments.
    ///
    /// - Parameters:
    ///   - root: The folder that they are kept in.
    ///   - python: An interpreter that everything runs in; nothing is installed then. Setting `python`, `MARTLET_PYTHON`.
    ///   - uv: The program that makes environments, a name or a path.
    public init(root: String, python: String? = nil, uv: String = "uv") {
        self.root = root
        shared = python.flatMap { $0.isEmpty ? nil : $0 }
        self.uv = uv
    }

    /// The environment that a lock asks for, made if it is not there.
    ///
    /// - Parameters:
    ///   - lock: What fixes it.
    ///   - progress: Told what `uv` says; called only by the one that makes it.
    /// - Throws: `unavailable` where `uv` is missing, `invalidArgument` where `uv` cannot fulfil the lock, each with what
    ///   to do.
    public func environment(for lock: EnvironmentLock, progress: @escaping Progress = { _ in }) async throws
        -> PythonEnvironment
    {
        if let shared {
            let version = try await version(of: shared)
            return PythonEnvironment(python: shared, lock: lock.digest(interpreter: version))
        }
        if lock.form == .none {
            // Nothing is asked for: the system's own interpreter does, and steps that are plain commands need not even that.
            let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
            guard let python = ChildProcess.find("python3", path: path, folder: "/") else {
                return PythonEnvironment(python: "/usr/bin/python3", lock: lock.digest())
            }
            return PythonEnvironment(python: python, lock: lock.digest(interpreter: try await version(of: python)))
        }
        let digest = lock.digest()
        if let task = making[digest] { return try await task.value }
        let folder = "\(root)/\(digest.prefix(24))"
        let made = PythonEnvironment(python: "\(folder)/bin/python", lock: digest)
        if FileIO.size("\(folder)/martlet.complete") != nil { return made }
        let task = Task { [uv, logger] in
            logger.info(
                "making a Python environment",
                metadata: ["lock": "\(digest)", "from": "\(lock.form.rawValue)"]
            )
            try await Self.make(lock, at: folder, uv: uv, progress: progress)
            return made
        }
        making[digest] = task
        defer { making[digest] = nil }
        return try await task.value
    }

    private func version(of python: String) async throws -> String {
        if let version = versions[python] { return version }
        let result: ExecutionResult<Void, StringOutput<UTF8>, DiscardedOutput>
        do {
            result = try await run(
                .path(FilePath(python)),
                arguments: ["-c", "import sys; print(sys.version)"],
                output: .string(limit: 10_000)
            )
        } catch {
            throw MartletError(
                .unavailable,
                "the Python interpreter '\(python)' cannot be started",
                hint:
                    "set 'python' to an interpreter, such as /opt/project/.venv/bin/python, or leave the setting empty",
                cause: error
            )
        }
        let version = result.standardOutput
        guard result.terminationStatus.isSuccess, !version.isEmpty else {
            throw MartletError(
                .unavailable,
                "'\(python)' is no Python interpreter",
                hint: "it should answer -c 'import sys; print(sys.version)'"
            )
        }
        versions[python] = version
        return version
    }

    private static func make(_ lock: EnvironmentLock, at folder: String, uv: String, progress: @escaping Progress)
        async throws
    {
        let work = "\(folder).lock"
        try await NIOThreadPool.singleton.runIfActive {
            try FileIO.makeFolder(folder)
            try FileIO.makeFolder(work)
            for (name, bytes) in lock.files { try FileIO.writeAtomically(bytes, to: "\(work)/\(name)") }
        }
        let program = Uv(program: uv, folder: work, progress: progress)
        switch lock.form {
        case .uvLock:
            try await program.run(
                ["sync", "--frozen", "--no-install-project", "--no-dev", "--project", work],
                environment: ["UV_PROJECT_ENVIRONMENT": folder]
            )
        case .requirements, .project:
            try await program.run(["venv", "--allow-existing", "--no-project", folder])
            try await program.run(
                ["pip", "install", "--python", "\(folder)/bin/python", "-r", "\(work)/\(lock.form.rawValue)"]
            )
        case .none: break
        }
        try await NIOThreadPool.singleton.runIfActive {
            try FileIO.writeAtomically(Array("\(lock.digest())\n".utf8), to: "\(folder)/martlet.complete")
        }
    }
}
