import Basics
public import Logging
import Storage
import Subprocess
import SystemPackage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A Python process that has imported MLflow and forks a model worker for each connection, in milliseconds.
///
/// `python/martlet/worker.py` is the other side. When it dies it is started again; its workers die with it.
public final class ModelZygote: Sendable {
    private enum State: Sendable {
        /// Nobody needed it yet: a server without models costs no Python.
        case resting
        case starting
        case ready(socket: String, commands: Commands)
        /// The interpreter cannot run it, again and again: the reason.
        case broken(MartletError)
        case ended
    }

    /// Sends lines to the zygote's standard input.
    private struct Commands: Sendable {
        let send: @Sendable (String) async -> Void
    }

    private let python: ModelPython
    private let folder: String
    private let logger: Logger
    private let state = Watched<State>(.resting)

    /// Describes a zygote; `run` starts it.
    ///
    /// - Parameters:
    ///   - python: The interpreter.
    ///   - folder: Where its log and its home are; made if it is not there.
    ///   - logger: Where starts and ends are told.
    public init(python: ModelPython, folder: String, logger: Logger) {
        self.python = python
        self.folder = folder
        self.logger = logger
    }

    /// Begins to start the process, where it rests: called early, a worker is there sooner.
    public func warm() {
        state.withLock { state in
            if case .resting = state { state = .starting }
        }
    }

    /// Keeps the process running, from the first time that it is needed until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            let isNeeded = await state.wait(upTo: .seconds(3600)) { state -> Bool? in
                if case .resting = state { nil } else { true }
            }
            if isNeeded != nil { break }
        }
        var failures = 0
        while !Task.isCancelled {
            let started = ContinuousClock.now
            let problem = await runOnce()
            if Task.isCancelled { break }
            failures = ContinuousClock.now - started > .seconds(60) ? 1 : failures + 1
            logger.error(
                "the zygote of model workers ended",
                metadata: ["reason": "\(problem)", "failures": "\(failures)"]
            )
            // Two failures in a row at the start are no accident; who waits is told, and it is tried again all the same.
            state.withLock { $0 = failures > 1 ? .broken(problem) : .starting }
            try? await Task.sleep(for: .milliseconds(min(10_000, 100 << min(failures, 7))))
        }
        state.withLock { $0 = .ended }
    }

    /// Asks for a new worker, waiting for the process to be ready.
    func worker(upTo limit: Duration) async throws -> ModelWorker {
        warm()
        let found = await state.wait(upTo: limit) { state -> Result<String, MartletError>? in
            switch state {
            case .ready(let socket, _): .success(socket)
            case .broken(let error): .failure(error)
            case .ended: .failure(MartletError(.unavailable, "the server is stopping"))
            case .resting, .starting: nil
            }
        }
        guard let found else {
            throw MartletError(.unavailable, "the Python environment of the model workers was not ready in time")
        }
        return try await ModelWorker.connect(to: try found.get(), of: self, upTo: limit)
    }

    /// Ends a worker's process, if it still runs.
    func kill(_ pid: Int) async {
        let commands = state.withLock { state -> Commands? in
            if case .ready(_, let commands) = state { commands } else { nil }
        }
        await commands?.send("kill \(pid)\n")
    }

    private func runOnce() async -> MartletError {
        do {
            let sockets = try Self.socketFolder()
            defer {
                unlink("\(sockets)/zygote")
                rmdir(sockets)
            }
            try FileIO.makeFolder(folder)
            let log = try FileDescriptor.open(
                FilePath("\(folder)/workers.log"),
                .writeOnly,
                options: [.create, .append, .closeOnExec],
                permissions: .ownerReadWrite
            )
            try Self.truncate(log)
            return try await start(socket: "\(sockets)/zygote", log: log)
        } catch {
            return MartletError(
                .unavailable,
                "the Python of the model workers could not be started: \(python.executable)",
                hint: "it needs Python 3.10 or newer with mlflow; see `martlet doctor`",
                cause: error
            )
        }
    }

    private func start(socket: String, log: FileDescriptor) async throws -> MartletError {
        var platform = PlatformOptions()
        platform.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        let environment = python.environment(home: folder)
        let result = try await Subprocess.run(
            .path(FilePath(python.executable)),
            arguments: ["-m", "martlet.worker", socket],
            environment: .custom(
                Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })
            ),
            workingDirectory: FilePath(folder),
            platformOptions: platform,
            input: .inputWriter,
            output: .sequence,
            error: .fileDescriptor(log, closeAfterSpawningProcess: true)
        ) { execution in
            let writer = execution.standardInputWriter
            let commands = Commands { line in _ = try? await writer.write(line) }
            for try await line in execution.standardOutput.strings() {
                self.report(line.trimmingNewlines(), socket, commands)
            }
        }
        return MartletError(
            .unavailable,
            "the Python of the model workers ended (\(result.terminationStatus))",
            hint: "its messages are in \(folder)/workers.log"
        )
    }

    private func report(_ line: String, _ socket: String, _ commands: Commands) {
        let words = line.split(separator: " ", maxSplits: 1)
        switch words.first {
        case "ready":
            logger.info("model workers can be forked", metadata: ["python": "\(words.last ?? "")"])
            state.withLock { $0 = .ready(socket: socket, commands: commands) }
        case "exit":
            logger.debug("a model worker ended", metadata: ["pid and status": "\(words.last ?? "")"])
        default: break
        }
    }

    /// A folder that only this user can enter, with a short name: a socket's path may have about 100 bytes.
    private static func socketFolder() throws -> String {
        var template = Array("/tmp/martlet-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FileIO.failure("mkdtemp", "/tmp/martlet-XXXXXX") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What models print must not fill the disk: a log that has grown is begun anew.
    private static func truncate(_ log: FileDescriptor) throws {
        if try log.seek(offset: 0, from: .end) > 16 << 20 { ftruncate(log.rawValue, 0) }
    }
}

extension String {
    fileprivate func trimmingNewlines() -> String {
        var text = self[...]
        while let last = text.last, last.isNewline { text = text.dropLast() }
        return String(text)
    }
}
