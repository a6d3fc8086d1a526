public import Basics
import HTTPTypes
public import Hummingbird
public import Logging

/// Answers every request: checks the `Host`, finds the route, asks who calls, runs the handler, and tells errors in the
/// envelope of the route's protocol.
public struct WebResponder: HTTPResponder {
    /// The context that Hummingbird carries along.
    public typealias Context = BasicRequestContext

    private let table: RouteTable
    private let authenticator: any Authenticator
    private let hosts: AllowedHosts
    private let metrics: RequestMetrics
    private let logger: Logger

    /// Makes the responder.
    ///
    /// - Parameters:
    ///   - groups: Every room's routes.
    ///   - authenticator: Tells who asks.
    ///   - hosts: The names by which this server may be called.
    ///   - logger: Where faults are told.
    /// - Throws: Where two routes answer the same request.
    public init(
        groups: [RouteGroup],
        authenticator: any Authenticator,
        hosts: AllowedHosts,
        metrics: MetricsRegistry,
        logger: Logger
    ) throws {
        table = try RouteTable(groups)
        self.authenticator = authenticator
        self.hosts = hosts
        self.metrics = RequestMetrics(metrics)
        self.logger = logger
    }

    /// Answers a request; never throws, so that every failure has its envelope.
    public func respond(to request: Request, context: Context) async throws -> Response {
        let start = ContinuousClock.now
        let target = request.head.path ?? "/"
        let (path, query) = Self.split(target)
        let response: WebResponse
        var route = "other"
        if !hosts.allows(request.head.authority) {
            let error = MartletError(
                .permissionDenied,
                "this server does not answer to the Host '\((request.head.authority ?? "").prefix(100))'",
                hint: "add it to the setting 'hosts'"
            )
            response = ErrorEnvelope.problem.response(error, path: target)
        } else if let stranger = Self.foreignOrigin(of: request) {
            let error = MartletError(
                .permissionDenied,
                "a page of '\(stranger.prefix(100))' may not change anything here",
                hint: "call the server from a page of its own, or from a program"
            )
            response = ErrorEnvelope.problem.response(error, path: target)
        } else {
            switch table.match(request.method, path) {
            case .found(let entry, let parameters):
                route = entry.route.path
                response = await answer(entry, request, path, query, parameters)
            case .wrongMethod(let envelope, let allowed):
                var refusal = await refuse(
                    envelope,
                    request,
                    MartletError(
                        .unimplemented,
                        "\(request.method.rawValue) is not possible on \(path.prefix(200))",
                        hint: "possible: \(allowed.joined(separator: ", "))"
                    )
                )
                if refusal.status == .notImplemented { refusal.status = .methodNotAllowed }
                refusal.headers[.allow] = allowed.joined(separator: ", ")
                response = refusal
            case .unknown(let envelope):
                response = await refuse(
                    envelope,
                    request,
                    MartletError(.notFound, "there is nothing at \(request.method.rawValue) \(path.prefix(200))")
                )
            }
        }
        metrics.record(route: route, status: response.status.code, seconds: (ContinuousClock.now - start).seconds)
        return Self.secured(response, head: request.method == .head)
    }

    private func answer(
        _ entry: RouteTable.Entry,
        _ request: Request,
        _ path: Substring,
        _ query: Substring?,
        _ parameters: [String: String]
    ) async -> WebResponse {
        do {
            var actor = "client"
            if entry.route.access != .everyone {
                let principal = try await authenticator.principal(request.headers)
                guard principal.may(entry.route.access) else {
                    throw MartletError(
                        .permissionDenied,
                        "'\(principal.actor)' may not \(request.method.rawValue) \(entry.route.path)"
                    )
                }
                actor = principal.actor
            }
            return try await entry.route.handler(
                WebRequest(request, path: path, query: query, parameters: parameters, actor: actor)
            )
        } catch {
            let error = MartletError(wrapping: error)
            if error.code == .internalError || error.code == .dataLoss {
                logger.error("request failed", metadata: ["route": "\(entry.route.path)", "error": "\(error)"])
            }
            return entry.envelope.response(error, path: String(path))
        }
    }

    /// Refuses what is not there, but tells only those who may look that it is not.
    private func refuse(_ envelope: ErrorEnvelope, _ request: Request, _ error: MartletError) async -> WebResponse {
        do {
            _ = try await authenticator.principal(request.headers)
            return envelope.response(error, path: "")
        } catch {
            return envelope.response(MartletError(wrapping: error), path: "")
        }
    }

    /// The site whose page makes a browser send this request, where it is another one than this server and the request may
    /// change something. Programs send no `Origin`; browsers do, and no script can leave it away (CVE-2025-1473).
    private static func foreignOrigin(of request: Request) -> String? {
        guard request.method != .get, request.method != .head, let origin = request.headers[.origin] else { return nil }
        let authority = request.head.authority ?? ""
        return ["http://\(authority)", "https://\(authority)"].contains(origin) ? nil : origin
    }

    private static func split(_ target: String) -> (Substring, Substring?) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (target[...], nil) }
        return (target[..<mark], target[target.utf8.index(after: mark)...])
    }

    private static func secured(_ response: WebResponse, head: Bool) -> Response {
        var headers = response.headers
        // What a client uploaded must not be run by a browser as something else.
        headers[.xContentTypeOptions] = "nosniff"
        if head, let length = response.body.contentLength { headers[.contentLength] = String(length) }
        return Response(status: response.status, headers: headers, body: head ? ResponseBody() : response.body)
    }
}
