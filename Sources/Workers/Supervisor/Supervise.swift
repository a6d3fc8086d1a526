import Basics
import Storage
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The hidden verb `martlet supervise SPEC.json`: a process that outlives the server and watches over one step.
///
/// It starts the program in a group of its own, keeps its output, ends it when it is over its time or memory or when the
/// server gave the attempt up, and writes how it ended. It speaks to nobody: what it knows is in the attempt's folder.
public enum Supervise {
    /// Another supervisor has the attempt already (sysexits' EX_TEMPFAIL).
    static let alreadySupervised: Int32 = 75
    /// The spec cannot be read (sysexits' EX_USAGE).
    static let noSpec: Int32 = 64

    static let isTerminated = Atomic<Bool>(false)

    /// Runs until the step has ended. Call it before anything else in the program: no thread may run yet.
    ///
    /// - Parameter arguments: What stands behind the verb: the path of `spec.json`.
    /// - Returns: The exit status.
    public static func main(_ arguments: [String]) -> Int32 {
        guard arguments.count == 1, let path = arguments.first else { return noSpec }
        closeInherited()
        let folder = AttemptFolder(FileIO.parent(of: path))
        do {
            let spec = try SupervisorSpec(json: JSON(parsing: FileIO.read(path, limit: 16 << 20)))
            guard try claim(folder) else { return alreadySupervised }
            prepareSignals()
            adoptOrphans()
            var watch = try StepWatch(spec: spec, folder: folder)
            let exit = watch.run()
            return write(exit, folder) ? 0 : 1
        } catch {
            // Standard error is a file in the attempt's folder.
            let text = Array("martlet supervise: \(error)\n".utf8)
            _ = text.withUnsafeBytes { try? FileIO.write($0, to: 2, path: "standard error") }
            return 1
        }
    }

    /// Writes how it ended. A disk that is full may be freed: without this file the work would be done again.
    private static func write(_ exit: SupervisedExit, _ folder: AttemptFolder) -> Bool {
        for _ in 0..<600 {
            do {
                try FileIO.writeAtomically(exit.json.bytes(), to: folder.exit)
                return true
            } catch {
                // The folder is gone where the attempt was given up for good.
                guard MartletError(wrapping: error).code != .notFound else { return false }
                sleep(1)
            }
        }
        return false
    }

    /// Takes the attempt for this process, with its identity, in one step of the file system: exactly one supervisor wins.
    private static func claim(_ folder: AttemptFolder) throws -> Bool {
        guard let identity = ProcessIdentity.of(getpid()) else {
            throw MartletError(.unavailable, "/proc is not there to tell processes apart")
        }
        let own = "\(folder.claim).\(identity.pid)"
        try FileIO.writeAtomically(identity.json.bytes(), to: own)
        defer { unlink(own) }
        if link(own, folder.claim) == 0 { return true }
        guard errno == EEXIST else { throw FileIO.failure("link", folder.claim) }
        return false
    }

    /// Whatever the server had open and forgot to mark must not be kept open by a process that outlives it.
    private static func closeInherited() {
        let limit = min(sysconf(Int32(_SC_OPEN_MAX)), 65_536)
        guard let directory = opendir("/proc/self/fd") else {
            for descriptor in 3..<Int32(limit) { _ = close(descriptor) }
            return
        }
        var open: [Int32] = []
        while let item = readdir(directory) {
            let name = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let descriptor = Int32(name), descriptor > 2 { open.append(descriptor) }
        }
        closedir(directory)
        for descriptor in open { _ = close(descriptor) }
    }

    private static func prepareSignals() {
        isTerminated.store(false, ordering: .relaxed)
        signal(SIGHUP, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        signal(SIGTERM) { _ in Supervise.isTerminated.store(true, ordering: .relaxed) }
    }

    /// Has the kernel hand what the step leaves behind to this process instead of to init, so that it can be ended.
    private static func adoptOrphans() {
        #if os(Linux)
        typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        // prctl is declared with "...", which Swift does not import; PR_SET_CHILD_SUBREAPER is 36.
        guard let symbol = dlsym(nil, "prctl") else { return }
        _ = unsafeBitCast(symbol, to: Control.self)(36, 1, 0, 0, 0)
        #endif
    }
}
