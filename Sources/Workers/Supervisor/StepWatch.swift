import Basics
import Storage
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Watches over one program, in a supervisor process: the only place where a step is started and ended.
struct StepWatch {
    /// How often limits and the marker of a revoked attempt are looked at.
    private static let tick: Int32 = 100

    private let spec: SupervisorSpec
    private let folder: AttemptFolder
    private let time = SystemTime()
    private var log: CappedLog
    private var chunk = [UInt8](repeating: 0, count: 65_536)
    private var maximumResident: Int64 = 0
    /// Why the program is being ended, and when it will be killed.
    private var ending: (reason: SupervisedExit.Reason, message: String, killAt: ContinuousClock.Instant)?

    init(spec: SupervisorSpec, folder: AttemptFolder) throws {
        self.spec = spec
        self.folder = folder
        log = try CappedLog(path: folder.log, limit: spec.logLimit)
    }

    mutating func run() -> SupervisedExit {
        let started = time.now()
        defer { log.finish() }
        let (child, output): (Int32, Int32)
        do {
            (child, output) = try start()
        } catch {
            let message = MartletError(wrapping: error).message
            log.note(message)
            return SupervisedExit(
                reason: .cannotStart,
                message: message,
                started: started,
                ended: time.now(),
                logBytes: log.total
            )
        }
        let (status, usage) = follow(child, output)
        endRemains()
        drain(output)
        _ = close(output)
        return verdict(status, usage, started)
    }

    private mutating func start() throws -> (child: Int32, output: Int32) {
        let path = spec.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        guard let program = ChildProcess.find(spec.arguments[0], path: path, folder: spec.workingDirectory) else {
            throw MartletError(.notFound, "there is no program '\(spec.arguments[0])' in \(path)")
        }
        // This process watches over one step only, so it may as well stand where the step shall start.
        guard chdir(spec.workingDirectory) == 0 else { throw FileIO.failure("chdir", spec.workingDirectory) }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw FileIO.failure("pipe", "a step's output") }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        defer { _ = close(ends[1]) }
        do {
            let child = try ChildProcess.start(
                program,
                arguments: spec.arguments,
                environment: spec.environment,
                output: ends[1],
                place: .newGroup
            )
            return (child, ends[0])
        } catch {
            _ = close(ends[0])
            throw error
        }
    }

    /// Keeps the output and the limits until the program has ended.
    private mutating func follow(_ child: Int32, _ output: Int32) -> (status: Int32, usage: rusage) {
        let clock = ContinuousClock()
        let deadline = spec.timeout.map { clock.now + .seconds($0) }
        var nextCheck = clock.now
        var nextMemoryCheck = clock.now
        var isOpen = true
        var pause: Int32 = 1
        var status: Int32 = 0
        var usage = rusage()
        while true {
            let ended = wait4(child, &status, WNOHANG, &usage)
            if ended == child || (ended < 0 && errno != EINTR) { return (status, usage) }
            var watched = pollfd(fd: isOpen ? output : -1, events: Int16(POLLIN), revents: 0)
            // With the output closed only the end of the program is left to wait for: it is looked for often at first.
            _ = poll(&watched, 1, isOpen ? Self.tick : pause)
            if !isOpen { pause = min(pause * 2, Self.tick) }
            if isOpen, watched.revents != 0 { isOpen = take(output) }
            let now = clock.now
            guard now >= nextCheck else { continue }
            nextCheck = now + .milliseconds(Int64(Self.tick))
            if let ending {
                if now >= ending.killAt { signalAll(SIGKILL, child) }
                continue
            }
            if FileIO.size(folder.revoked) != nil, let reason = revocation() {
                end(child, .revoked, "the attempt was given up: \(reason)")
            } else if Supervise.isTerminated.load(ordering: .relaxed) {
                end(child, .terminated, "the supervisor was told to end")
            } else if let deadline, now >= deadline {
                end(child, .timeout, "ran longer than its timeout of \(Self.short(spec.timeout ?? 0)) s")
            } else if let limit = spec.memory, now >= nextMemoryCheck {
                nextMemoryCheck = now + .milliseconds(200)
                checkMemory(child, limit)
            }
        }
    }

    /// Resident memory is what a limit can mean for NumPy and the like, which reserve far more addresses than they use.
    private mutating func checkMemory(_ child: Int32, _ limit: Int64) {
        let members = ProcessTable.members(of: getpid())
        let resident = members.reduce(0) { $0 + $1.resident }
        maximumResident = max(maximumResident, resident)
        guard resident > limit else { return }
        // Forked workers share pages, which the sum counts once for each: before anything is ended, count by share.
        let exact = members.reduce(0) { $0 + (ProcessTable.proportional($1.pid) ?? $1.resident) }
        guard exact > limit else { return }
        end(child, .memory, "held \(exact >> 20) MiB of memory, over its limit of \(limit >> 20) MiB")
    }

    private mutating func end(_ child: Int32, _ reason: SupervisedExit.Reason, _ message: String) {
        log.note("\(message); it is being ended")
        // What is over its memory gets no time to grow further.
        let grace = reason == .memory ? 0.5 : spec.grace
        ending = (reason, message, ContinuousClock.now + .seconds(grace))
        signalAll(SIGTERM, child)
    }

    private func signalAll(_ signal: Int32, _ child: Int32) {
        _ = kill(-child, signal)
        for member in ProcessTable.members(of: getpid()) { _ = kill(member.pid, signal) }
    }

    /// Ends what the program left behind, in its session or out of it.
    private func endRemains() {
        for round in 0..<40 {
            let members = ProcessTable.members(of: getpid()).filter { $0.state != UInt8(ascii: "Z") }
            if members.isEmpty { break }
            for member in members { _ = kill(member.pid, round < 20 && ending == nil ? SIGTERM : SIGKILL) }
            _ = poll(nil, 0, 25)
            while waitpid(-1, nil, WNOHANG) > 0 {}
        }
    }

    private mutating func drain(_ output: Int32) {
        // Until it is empty: if somebody outside still holds it open, nothing more of it is ours.
        _ = take(output, once: false)
    }

    /// Takes what the program wrote; `false` when nobody can write any more.
    private mutating func take(_ output: Int32, once: Bool = true) -> Bool {
        while true {
            let count = chunk.withUnsafeMutableBytes { read(output, $0.baseAddress, $0.count) }
            if count > 0 {
                chunk.withUnsafeBytes { log.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                if once { return true }
            } else if count < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN
            } else {
                return false
            }
        }
    }

    private mutating func verdict(_ status: Int32, _ usage: rusage, _ started: Timestamp) -> SupervisedExit {
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
        let signal = status & 0x7F == 0 ? nil : status & 0x7F
        var exit = SupervisedExit(
            reason: .exited,
            status: code,
            signal: signal,
            started: started,
            ended: time.now(),
            maximumResident: max(maximumResident, Int64(usage.ru_maxrss) * 1024),
            processorSeconds: Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        )
        if let ending {
            exit.reason = ending.reason
            exit.message = ending.message
        } else if FileIO.size(folder.revoked) != nil {
            // It ended by itself, but too late: another attempt may run.
            exit.reason = .revoked
            exit.message = "the attempt was given up: \(revocation() ?? "")"
        } else if signal == SIGKILL {
            exit.message = "killed by the system (signal 9): probably out of memory"
        }
        exit.logBytes = log.total
        return exit
    }

    private func revocation() -> String? {
        (try? FileIO.read(folder.revoked, limit: 1000)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func short(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? String(Int64(seconds)) : String(seconds)
    }
}
