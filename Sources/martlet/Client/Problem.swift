import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1

/// Turns an error answer of any of the server's protocols back into the error that it was.
enum Problem {
    /// How much of an error answer is read: 1 MiB.
    static let limit = 1 << 20

    /// The error of an answer.
    ///
    /// - Parameters:
    ///   - response: An answer with a status from 400.
    ///   - path: What was asked for.
    static func error(_ response: HTTPClientResponse, path: String) async throws -> MartletError {
        let body = try? await response.body.collect(upTo: limit)
        let document = body.flatMap { try? JSON(parsing: $0.readableBytesView) }
        return error(status: Int(response.status.code), document: document, path: path)
    }

    static func error(status: Int, document: JSON?, path: String) -> MartletError {
        let code = document?["code"]?.string.flatMap { MartletErrorCode(rawValue: $0) } ?? Self.code(status)
        // Problem details, MLflow's envelope, the Open Inference Protocol's.
        let told = document?["detail"]?.string ?? document?["message"]?.string ?? document?["error"]?.string
        if let told { return MartletError(code, told, hint: document?["hint"]?.string) }
        return MartletError(
            code,
            "the server answered \(path) with status \(status)",
            hint: status == 404 ? "is the server older than this program? compare `martlet --version`" : nil
        )
    }

    /// The kind of failure that a bare status tells of.
    private static func code(_ status: Int) -> MartletErrorCode {
        switch status {
        case 400, 405, 406, 415, 422: .invalidArgument
        case 401: .unauthenticated
        case 403, 421: .permissionDenied
        case 404: .notFound
        case 409: .conflict
        case 413: .tooLarge
        case 429: .exhausted
        case 501: .unimplemented
        case 502, 503: .unavailable
        case 504: .deadlineExceeded
        default: .internalError
        }
    }
}
