import Basics

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Starts programs; see `man 3 posix_spawn`.
enum ChildProcess {
    /// Where a new process stands in the tree of sessions and groups.
    enum Place { case newSession, newGroup }

    /// Starts a program in this process's folder with exactly this environment, all signals as a fresh process has them, and nothing on its
    /// standard input.
    ///
    /// - Parameters:
    ///   - program: The file; no search path is used.
    ///   - arguments: All arguments, the program's name first.
    ///   - environment: The whole environment.
    ///   - output: The descriptor for standard output and standard error.
    ///   - place: A session or a group of its own.
    /// - Returns: Its process number.
    /// - Throws: `notFound`, `permissionDenied` and so on, naming the program.
    static func start(
        _ program: String,
        arguments: [String],
        environment: [String: String],
        output: Int32,
        place: Place
    ) throws -> Int32 {
        #if canImport(Glibc)
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        let session: Int16 = 0x80
        #else
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        let session: Int16 = 0x0400
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        // What this process ignores or blocks would stay ignored and blocked in the new one.
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        #if canImport(Glibc)
        sigdelset(&all, SIGKILL)
        sigdelset(&all, SIGSTOP)
        #endif
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        let flags = Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK)
        switch place {
        case .newSession: posix_spawnattr_setflags(&attributes, flags | session)
        case .newGroup:
            posix_spawnattr_setpgroup(&attributes, 0)
            posix_spawnattr_setflags(&attributes, flags | Int16(POSIX_SPAWN_SETPGROUP))
        }
        var pid: pid_t = 0
        let code = withCStrings(arguments) { arguments in
            withCStrings(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }) { environment in
                posix_spawn(&pid, program, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else {
            let reason = String(cString: strerror(code))
            let kind: MartletErrorCode =
                switch code {
                case ENOENT: .notFound
                case EACCES, EPERM: .permissionDenied
                case EAGAIN, ENOMEM: .exhausted
                default: .unavailable
                }
            throw MartletError(kind, "cannot start \(program): \(reason)")
        }
        return pid
    }

    /// The file that a program's name stands for, as a shell would find it; a name with a slash is taken as it is.
    static func find(_ name: String, path: String, folder: String) -> String? {
        if name.contains("/") {
            let file = name.hasPrefix("/") ? name : "\(folder)/\(name)"
            return access(file, X_OK) == 0 ? file : nil
        }
        for part in path.split(separator: ":") where part.hasPrefix("/") {
            let file = "\(part)/\(name)"
            var info = stat()
            if stat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, access(file, X_OK) == 0 { return file }
        }
        return nil
    }

    private static func withCStrings<T>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> T) -> T {
        let pointers = texts.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
