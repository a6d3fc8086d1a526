/// The one error type that crosses the rooms: what went wrong and where, and what would be right.
///
/// ```swift
/// throw MartletError(
///     .notFound, "dataset 'fligths' is not declared in project 'flights'", hint: "did you mean 'flights'?")
/// ```
///
/// `message` and `hint` are for the caller and leave the server; `cause` is for the log and does not. The code decides
/// the HTTP status (`Web`), the exit status (`martlet`) and whether the same call may succeed later (`isRetryable`).
public struct MartletError: Error, Sendable, Hashable {
    /// What kind of failure this is; see ``MartletErrorCode``.
    public var code: MartletErrorCode
    /// What went wrong and where, in one sentence without a full stop.
    public var message: String
    /// What would be right, where that can be said.
    public var hint: String?
    /// What lies underneath, for the log only: it may name files or addresses of the server.
    public var cause: String?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: The kind of failure.
    ///   - message: What went wrong and where.
    ///   - hint: What would be right.
    ///   - cause: The failure underneath; only its description is kept.
    public init(_ code: MartletErrorCode, _ message: String, hint: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.cause = cause.map { String(describing: $0) }
    }

    /// Whether the same call may succeed later, unchanged: a property of the kind of failure, never of its text.
    public var isRetryable: Bool {
        switch code {
        case .unavailable, .exhausted, .deadlineExceeded: true
        case .invalidArgument, .notFound, .alreadyExists, .conflict, .permissionDenied, .unauthenticated, .tooLarge,
            .unimplemented, .dataLoss, .cancelled, .internalError:
            false
        }
    }

    /// The failure as an error of Martlet: itself if it is one, else an internal error that keeps the text as cause.
    ///
    /// - Parameter error: Any failure.
    public init(wrapping error: any Error) {
        switch error {
        case let error as MartletError: self = error
        case is CancellationError: self.init(.cancelled, "the operation was cancelled")
        default: self.init(.internalError, "an internal error occurred", cause: error)
        }
    }
}

extension MartletError: CustomStringConvertible {
    /// Message, hint and cause in one line, for logs and terminals.
    public var description: String {
        var text = message
        if let hint { text += " (\(hint))" }
        if let cause { text += " [cause: \(cause)]" }
        return text
    }
}

/// The kinds of failure, after gRPC's canonical codes.
public enum MartletErrorCode: String, Sendable, Hashable, CaseIterable {
    /// The request is malformed, whatever the state of the server.
    case invalidArgument = "invalid_argument"
    /// What is asked for does not exist.
    case notFound = "not_found"
    /// What should be made exists already.
    case alreadyExists = "already_exists"
    /// The state does not allow it now (a finished run, a stale epoch, an older schema).
    case conflict = "conflict"
    /// The caller is known and may not.
    case permissionDenied = "permission_denied"
    /// The caller is not known.
    case unauthenticated = "unauthenticated"
    /// An input is over its limit.
    case tooLarge = "too_large"
    /// A queue or quota is full; try again later.
    case exhausted = "exhausted"
    /// A part that is needed is away or still starting; try again later.
    case unavailable = "unavailable"
    /// The wait was longer than its deadline.
    case deadlineExceeded = "deadline_exceeded"
    /// The call is known and not built.
    case unimplemented = "unimplemented"
    /// Stored data is damaged.
    case dataLoss = "data_loss"
    /// The caller went away.
    case cancelled = "cancelled"
    /// A fault of the server itself.
    case internalError = "internal"
}
