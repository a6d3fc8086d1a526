public import HTTPTypes

/// Who asks, and what they may.
public struct Principal: Sendable, Hashable {
    /// The name that events and the audit trail carry.
    public let actor: String
    /// The most that they may do.
    public let access: Guard

    /// Makes a principal.
    public init(actor: String, access: Guard) {
        self.actor = actor
        self.access = access
    }

    /// Whether they may call a route with a guard.
    public func may(_ wanted: Guard) -> Bool {
        switch wanted {
        case .everyone: true
        case .reader: access != .everyone
        case .writer: access == .writer || access == .administrator
        case .administrator: access == .administrator
        }
    }
}

/// Tells who asks. `Access` has the real one.
public protocol Authenticator: Sendable {
    /// Who sends these headers.
    ///
    /// - Throws: `unauthenticated` for credentials that are missing or wrong.
    func principal(_ headers: HTTPFields) async throws -> Principal
}

/// Everyone may do everything: for a server on loopback without users.
public struct OpenAccess: Authenticator {
    /// Makes one.
    public init() {}

    /// An administrator called "client".
    public func principal(_ headers: HTTPFields) async throws -> Principal {
        Principal(actor: "client", access: .administrator)
    }
}
