import Basics
import MartletTesting
import Storage
import Testing
import Workers

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Real processes under a real supervisor: this program's own binary.
@Suite(.timeLimit(.minutes(1))) struct SupervisorTests {
    let folder: TemporaryFolder
    let attempt: AttemptFolder
    let supervisor: Supervisor

    init() throws {
        folder = try TemporaryFolder()
        attempt = AttemptFolder(folder.path("attempt"))
        try FileIO.makeFolder(attempt.path)
        supervisor = Supervisor(command: [MartletBinary.path, "supervise"])
    }

    private func spec(
        _ arguments: String...,
        timeout: Double? = 30,
        grace: Double = 5,
        memory: Int64? = nil,
        log: Int64 = 1 << 20
    )
        -> SupervisorSpec
    {
        SupervisorSpec(
            arguments: arguments,
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "GIVEN": "yes"],
            workingDirectory: folder.path,
            timeout: timeout,
            grace: grace,
            memory: memory,
            logLimit: log
        )
    }

    private func run(_ spec: SupervisorSpec) async throws -> SupervisedExit {
        let process = try await supervisor.start(spec, in: attempt)
        let finding = try await supervisor.wait(attempt, process)
        guard case .ended(let exit) = finding else {
            throw MartletError(.internalError, "\(finding): \(await supervisor.complaints(attempt))")
        }
        return exit
    }

    private var log: String { String(decoding: StepLog(attempt).whole(), as: UTF8.self) }

    @Test func `a program's status, output and times are kept`() async throws {
        let exit = try await run(spec("sh", "-c", "echo out; echo err >&2; exit 7"))
        #expect(exit.reason == .exited)
        #expect(exit.status == 7)
        #expect(!exit.isSuccess)
        #expect(exit.ended >= exit.started)
        #expect(exit.maximumResident > 0)
        #expect(log == "out\nerr\n")
    }

    @Test func `a program gets the given environment and nothing of ours`() async throws {
        setenv("MARTLET_TEST_SECRET", "hush", 1)
        _ = try await run(spec("env"))
        #expect(log.contains("GIVEN=yes"))
        #expect(!log.contains("hush"))
    }

    @Test func `a program that a signal ends is told with the signal`() async throws {
        let exit = try await run(spec("sh", "-c", "kill -SEGV $$"))
        #expect(exit.signal == SIGSEGV)
        #expect(exit.summary == "ended by signal 11")
    }

    @Test func `a program that is not there is told by name`() async throws {
        let exit = try await run(spec("pythonn"))
        #expect(exit.reason == .cannotStart)
        #expect(exit.summary == "there is no program 'pythonn' in /usr/local/bin:/usr/bin:/bin")
        #expect(log.contains("pythonn"))
    }

    @Test func `a program that never ends is ended with all that it started`() async throws {
        let exit = try await run(
            spec("sh", "-c", "sleep 1000 & echo $!; setsid sleep 1000 & echo $!; wait", timeout: 0.5)
        )
        #expect(exit.reason == .timeout)
        #expect(exit.summary == "ran longer than its timeout of 0.5 s")
        for line in log.split(separator: "\n") {
            if let pid = Int32(line) { #expect(ProcessIdentity.of(pid) == nil, "\(pid) is still there") }
        }
    }

    @Test func `a program that ignores TERM is killed after its grace`() async throws {
        let exit = try await run(
            spec("sh", "-c", "trap '' TERM; while true; do sleep 0.05; done", timeout: 0.3, grace: 0.3)
        )
        #expect(exit.reason == .timeout)
        #expect(exit.ended - exit.started < .seconds(5))
    }

    @Test func `a log over its limit keeps its beginning and its end, and says what is left out`() async throws {
        let exit = try await run(
            spec("sh", "-c", "echo first; head -c 20000000 /dev/zero | tr '\\0' x; echo; echo last", log: 100_000)
        )
        #expect(exit.status == 0)
        #expect(exit.logBytes > 20_000_000)
        let bytes = log.utf8.count
        #expect(bytes < 110_000)
        #expect(log.hasPrefix("first\nxxx"))
        #expect(log.hasSuffix("xxx\nlast\n"))
        #expect(log.contains("bytes of the log are left out here"))
    }

    @Test func `a program over its memory is ended and told so`() async throws {
        let exit = try await run(
            spec(
                "python3",
                "-c",
                "import time; x = bytearray(300_000_000); print(len(x)); time.sleep(30)",
                memory: 100 << 20
            )
        )
        #expect(exit.reason == .memory)
        #expect(exit.summary.contains("over its limit of 100 MiB"))
    }

    @Test func `a supervisor and its step outlive whoever started them, and are found again`() async throws {
        _ = try await supervisor.start(spec("sh", "-c", "sleep 4; echo done"), in: attempt)
        // Another server: it knows the folder only.
        let other = Supervisor(command: [MartletBinary.path, "supervise"])
        var found: ProcessIdentity?
        for _ in 0..<350 where found == nil {
            if case .running(let process) = try await other.find(attempt) { found = process }
            if found == nil { try await Task.sleep(for: .milliseconds(10)) }
        }
        let process = try #require(found)
        guard case .ended(let exit) = try await other.wait(attempt, process) else {
            Issue.record("the step was not found again")
            return
        }
        #expect(exit.isSuccess)
        #expect(log == "done\n")
    }

    @Test func `a second supervisor of the same attempt runs nothing`() async throws {
        let command = spec("sh", "-c", "echo run >> runs; sleep 0.5")
        let first = try await supervisor.start(command, in: attempt)
        let second = try await supervisor.start(command, in: attempt)
        _ = try await supervisor.wait(attempt, second)
        guard case .ended(let exit) = try await supervisor.wait(attempt, first) else {
            Issue.record("the attempt did not end")
            return
        }
        #expect(exit.isSuccess)
        #expect(try FileIO.read(folder.path("runs"), limit: 100) == Array("run\n".utf8))
    }

    @Test func `a revoked attempt is ended and cannot end well`() async throws {
        let process = try await supervisor.start(
            spec("sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.05; done"),
            in: attempt
        )
        for _ in 0..<200 where FileIO.size(attempt.claim) == nil { try await Task.sleep(for: .milliseconds(10)) }
        try await supervisor.revoke(attempt, reason: "cancelled")
        guard case .ended(let exit) = try await supervisor.wait(attempt, process) else {
            Issue.record("the attempt did not end")
            return
        }
        #expect(exit.reason == .revoked)
        #expect(!exit.isSuccess)
        #expect(exit.summary == "the attempt was given up: cancelled")
    }

    @Test func `a killed supervisor is told as lost, and what it left is ended`() async throws {
        let process = try await supervisor.start(spec("sh", "-c", "echo $$; exec sleep 1000"), in: attempt)
        for _ in 0..<300 where log.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        let child = try #require(Int32(log.dropLast()))
        kill(process.pid, SIGKILL)
        let finding = try await supervisor.wait(attempt, process)
        #expect(finding == .lost)
        #expect(ProcessIdentity.of(child) != nil)
        try await supervisor.revoke(attempt, reason: "lost")
        for _ in 0..<200 where ProcessIdentity.of(child) != nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(ProcessIdentity.of(child) == nil)
    }

    @Test func `a wait that is cancelled leaves the step alone`() async throws {
        let process = try await supervisor.start(spec("sleep", "0.5"), in: attempt)
        let waiting = Task { try await supervisor.wait(attempt, process) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        guard case .ended(let exit) = try await supervisor.wait(attempt, process) else {
            Issue.record("the step did not end")
            return
        }
        #expect(exit.isSuccess)
    }
}
