public import HTTPTypes

/// Who may call a route.
public enum Guard: Sendable, Hashable {
    /// Everyone: probes, sign-in.
    case everyone
    /// Whoever may read.
    case reader
    /// Whoever may change things.
    case writer
    /// Whoever runs the server.
    case administrator
}

/// One line of a room's route table: method, path, guard, what it does, handler.
///
/// ```swift
/// Route(.get, "/api/v1/datasets/{name}", .reader, "A dataset", handler: dataset)
/// ```
///
/// A part of the path in braces is a parameter, percent-decoded exactly once; `{path...}` as the last part takes the rest.
public struct Route: Sendable {
    /// What answers a request.
    public typealias Handler = @Sendable (WebRequest) async throws -> WebResponse

    /// The method.
    public let method: HTTPRequest.Method
    /// The path as declared.
    public let path: String
    /// Who may call it.
    public let access: Guard
    /// What it does, for the published list of routes.
    public let summary: String
    /// What answers.
    public let handler: Handler

    /// Declares a route.
    public init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ access: Guard,
        _ summary: String,
        handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.summary = summary
        self.handler = handler
    }
}

/// Routes that speak one protocol: they share the form in which errors are told.
public struct RouteGroup: Sendable {
    /// What the group is called in the published list of routes.
    public let name: String
    /// How errors are told.
    public let envelope: ErrorEnvelope
    /// Paths below these are the group's, known or not: an unknown one is refused in the group's envelope.
    public let prefixes: [String]
    /// The routes.
    public let routes: [Route]

    /// Declares a group.
    public init(_ name: String, envelope: ErrorEnvelope, prefixes: [String] = [], _ routes: [Route]) {
        self.name = name
        self.envelope = envelope
        self.prefixes = prefixes
        self.routes = routes
    }
}
