import Basics

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the verbs say, and to whom: answers on standard output, everything else on standard error.
enum Terminal {
    /// Whether a person looks at standard error: only then there are progress bars and colours.
    static let isInteractive = isatty(2) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"

    /// Writes a line of an answer.
    static func say(_ line: String = "") { write(line + "\n", to: 1) }

    /// Writes a line about what goes on.
    static func note(_ line: String) { write(line + "\n", to: 2) }

    /// Writes text as it is, in one call, so that lines of several tasks do not mix.
    static func write(_ text: String, to file: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(file, rest.baseAddress, rest.count)
                if count <= 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
        }
    }

    /// Tells an error and ends the process with its exit status.
    static func fail(_ error: MartletError) -> Never {
        var text = "error: \(error.message)\n"
        if let hint = error.hint { text += "  hint: \(hint)\n" }
        if let cause = error.cause { text += "  cause: \(cause)\n" }
        write(text, to: 2)
        exit(error.code.exitStatus)
    }
}

extension MartletErrorCode {
    /// The exit status of this kind of failure (after BSD's sysexits.h): the one place where that is decided.
    var exitStatus: Int32 {
        switch self {
        case .invalidArgument: 64
        case .notFound: 66
        case .alreadyExists, .conflict: 73
        case .permissionDenied, .unauthenticated: 77
        case .tooLarge: 65
        case .exhausted, .unavailable: 69
        case .deadlineExceeded: 75
        case .unimplemented: 70
        case .dataLoss: 74
        case .cancelled: 130
        case .internalError: 70
        }
    }
}
