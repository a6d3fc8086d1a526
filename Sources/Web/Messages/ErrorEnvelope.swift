public import Basics
public import HTTPTypes

/// The form in which a protocol tells errors.
public enum ErrorEnvelope: Sendable, Hashable {
    /// Problem details (RFC 9457): Martlet's own API.
    case problem
    /// MLflow's `{"error_code": …, "message": …}`.
    case mlflow
    /// The Open Inference Protocol's `{"error": …}`.
    case inference

    /// The answer that tells an error.
    ///
    /// - Parameters:
    ///   - error: What went wrong; its cause stays inside.
    ///   - path: The path that was asked for.
    public func response(_ error: MartletError, path: String) -> WebResponse {
        let text = error.hint.map { "\(error.message) (\($0))" } ?? error.message
        var response: WebResponse
        switch self {
        case .problem:
            var body: JSON = [
                "type": "about:blank", "title": .string(error.code.httpStatus.reasonPhrase),
                "status": .int(Int64(error.code.httpStatus.code)),
                "code": .string(error.code.rawValue), "detail": .string(error.message),
            ]
            if let hint = error.hint { body["hint"] = .string(hint) }
            response = .json(body, status: error.code.httpStatus)
            response.headers[.contentType] = "application/problem+json"
        case .mlflow:
            response = .json(
                ["error_code": .string(error.code.mlflowCode), "message": .string(text)],
                status: error.code.mlflowStatus
            )
        case .inference:
            response = .json(["error": .string(text)], status: error.code.httpStatus)
        }
        if error.isRetryable { response.headers[.retryAfter] = "1" }
        return response
    }
}

extension MartletErrorCode {
    /// The HTTP status of this kind of failure: the one place where that is decided.
    public var httpStatus: HTTPResponse.Status {
        switch self {
        case .invalidArgument: .badRequest
        case .notFound: .notFound
        case .alreadyExists, .conflict: .conflict
        case .permissionDenied: .forbidden
        case .unauthenticated: .unauthorized
        case .tooLarge: .contentTooLarge
        case .exhausted: .tooManyRequests
        case .unavailable, .cancelled: .serviceUnavailable
        case .deadlineExceeded: .gatewayTimeout
        case .unimplemented: .notImplemented
        case .dataLoss, .internalError: .internalServerError
        }
    }

    /// MLflow's name of this kind of failure (`mlflow/protos/databricks.proto`, `ErrorCode`).
    public var mlflowCode: String {
        switch self {
        case .invalidArgument, .tooLarge: "INVALID_PARAMETER_VALUE"
        case .notFound: "RESOURCE_DOES_NOT_EXIST"
        case .alreadyExists: "RESOURCE_ALREADY_EXISTS"
        case .conflict: "INVALID_STATE"
        case .permissionDenied: "PERMISSION_DENIED"
        case .unauthenticated: "UNAUTHENTICATED"
        case .exhausted: "REQUEST_LIMIT_EXCEEDED"
        case .unavailable, .deadlineExceeded, .cancelled: "TEMPORARILY_UNAVAILABLE"
        case .unimplemented: "NOT_IMPLEMENTED"
        case .dataLoss, .internalError: "INTERNAL_ERROR"
        }
    }

    /// The HTTP status that MLflow's server sends with its name of the failure (`mlflow/exceptions.py`).
    public var mlflowStatus: HTTPResponse.Status {
        switch self {
        case .alreadyExists: .badRequest
        case .conflict: .internalServerError
        case .invalidArgument, .notFound, .permissionDenied, .unauthenticated, .tooLarge, .exhausted, .unavailable,
            .deadlineExceeded,
            .unimplemented, .dataLoss, .cancelled, .internalError:
            httpStatus
        }
    }
}
