import Basics
import NIOPosix
import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The server's side of supervised steps: starts supervisors, finds them again, and gives attempts up.
///
/// A supervisor is in a session of its own and outlives this process. Whatever happens, an attempt's folder tells the
/// state: ``find(_:)`` reads it, after a restart as well as before.
public final class Supervisor: Sendable {
    private let command: [String]
    private let watcher = ExitWatcher()
    private let threads = NIOThreadPool.singleton

    /// Makes one.
    ///
    /// - Parameter command: How a supervisor is started, without the spec's path: this program and `supervise`.
    public init(command: [String]) { self.command = command }

    /// A supervisor by this very program.
    public static func ofThisProgram() -> Supervisor {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let program =
            count > 0
            ? String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            : CommandLine.arguments.first ?? "martlet"
        return Supervisor(command: [program, "supervise"])
    }

    /// What there is of an attempt.
    public enum Finding: Sendable, Hashable {
        /// Nobody took it yet.
        case neverStarted
        /// A supervisor is at work.
        case running(ProcessIdentity)
        /// It is over.
        case ended(SupervisedExit)
        /// Its supervisor is gone without a word: the machine or somebody ended it.
        case lost
    }

    /// Writes the spec and starts a supervisor, unless one has the attempt already.
    ///
    /// - Parameters:
    ///   - spec: What to run.
    ///   - folder: The attempt's folder, which is there.
    /// - Returns: The process to wait for.
    public func start(_ spec: SupervisorSpec, in folder: AttemptFolder) async throws -> ProcessIdentity {
        try await threads.runIfActive { [command] in
            if FileIO.size(folder.spec) == nil {
                try FileIO.writeAtomically(spec.json.bytes(), to: folder.spec)
            }
            unlink(folder.complaints)
            let output = try FileIO.create(folder.complaints)
            defer { _ = close(output) }
            let pid = try ChildProcess.start(
                command[0],
                arguments: command + [folder.spec],
                environment: Self.ownEnvironment(),
                output: output,
                place: .newSession
            )
            // A child that has ended already keeps its entry until it is waited for, so the identity can be read; without
            // one there is nothing to wait for.
            return ProcessIdentity.of(pid) ?? ProcessIdentity(pid: pid, start: -1, boot: "")
        }
    }

    /// What there is of an attempt, now.
    public func find(_ folder: AttemptFolder) async throws -> Finding {
        try await threads.runIfActive { try Self.look(folder) }
    }

    /// Waits until the attempt is over.
    ///
    /// - Parameters:
    ///   - folder: The attempt's folder.
    ///   - process: The supervisor that was started for it.
    /// - Returns: ``Finding/ended(_:)``, ``Finding/lost`` or ``Finding/neverStarted`` where the supervisor itself could not start.
    /// - Throws: `CancellationError` when the waiting task is cancelled; the step goes on.
    public func wait(_ folder: AttemptFolder, _ process: ProcessIdentity) async throws -> Finding {
        var process = process
        while true {
            try await watcher.wait(for: process)
            let finding = try await find(folder)
            // Another supervisor had claimed the attempt before: that one is the one to wait for.
            guard case .running(let other) = finding else { return finding }
            process = other
        }
    }

    /// Gives an attempt up: it is marked, so that it cannot finish well any more, and its supervisor ends it.
    ///
    /// - Parameters:
    ///   - folder: The attempt's folder.
    ///   - reason: Why, for people.
    public func revoke(_ folder: AttemptFolder, reason: String) async throws {
        try await threads.runIfActive {
            if FileIO.size(folder.revoked) == nil {
                // It may be given up before it was laid out.
                try FileIO.makeFolder(folder.path)
                try FileIO.writeAtomically(Array(reason.utf8), to: folder.revoked)
            }
            guard let claimed = try Self.claimed(folder) else { return }
            // A supervisor that lives sees the mark and ends its step. Without one, what it left is ended from here: its
            // processes carry its number as their session.
            if !claimed.isAlive, claimed.boot == ProcessTable.boot {
                for member in ProcessTable.members(of: claimed.pid) where member.session == claimed.pid {
                    _ = kill(member.pid, SIGKILL)
                }
            }
        }
    }

    /// Why a supervisor could not start, in its own words.
    public func complaints(_ folder: AttemptFolder) async -> String {
        let text = try? await threads.runIfActive { try FileIO.read(folder.complaints, limit: 65_536) }
        return String(decoding: text ?? [], as: UTF8.self)
    }

    private static func look(_ folder: AttemptFolder) throws -> Finding {
        // The claim is read first: a supervisor that ends in between has written its exit file by then.
        let claimed = try claimed(folder)
        let isAlive = claimed?.isAlive ?? false
        if FileIO.size(folder.exit) != nil {
            return .ended(try SupervisedExit(json: JSON(parsing: FileIO.read(folder.exit, limit: 1 << 20))))
        }
        guard let claimed else { return .neverStarted }
        return isAlive ? .running(claimed) : .lost
    }

    private static func claimed(_ folder: AttemptFolder) throws -> ProcessIdentity? {
        guard FileIO.size(folder.claim) != nil else { return nil }
        return ProcessIdentity(json: try JSON(parsing: FileIO.read(folder.claim, limit: 65_536)))
    }

    /// What a supervisor needs to run at all; a step gets only what its spec says.
    private static func ownEnvironment() -> [String: String] {
        var environment: [String: String] = [:]
        for name in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        return environment
    }
}
