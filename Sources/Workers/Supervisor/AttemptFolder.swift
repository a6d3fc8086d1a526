/// The files by which server and supervisor talk about one attempt; the server may come and go between them.
public struct AttemptFolder: Sendable, Hashable {
    /// The folder.
    public let path: String

    /// Names a folder.
    public init(_ path: String) { self.path = path }

    /// What to run: written by the server, whole or not at all.
    public var spec: String { path + "/spec.json" }
    /// Who supervises: made by the first supervisor, and a second one ends where it finds it.
    public var claim: String { path + "/supervisor.json" }
    /// How it ended: written by the supervisor, whole or not at all.
    public var exit: String { path + "/exit.json" }
    /// That the attempt is given up, and why: written by the server.
    public var revoked: String { path + "/revoked" }
    /// The beginning of the step's output.
    public var log: String { path + "/log" }
    /// What the supervisor itself says when it cannot even start.
    public var complaints: String { path + "/supervisor.log" }
}
