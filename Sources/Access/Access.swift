public import Basics
public import HTTPTypes
public import Storage
public import Web

/// Who may do what: tokens with a role, kept as digests.
///
/// Without any token a server on loopback lets everyone in as "client"; on any other address it does not start.
public final class Access: Authenticator {
    private let database: Database
    private let world: World
    private let root: String?

    /// Opens the room.
    ///
    /// - Parameters:
    ///   - database: Where its tables are, migrated.
    ///   - world: Tells the time.
    ///   - token: The administrator's token, from the configuration; `nil` lets everyone in.
    public init(database: Database, world: World, token: String?) {
        self.database = database
        self.world = world
        root = token.map { Digest.sha256($0) }
    }

    /// Who sends these headers: a bearer token, or basic credentials whose password is the token (as the `mlflow` client
    /// sends `MLFLOW_TRACKING_TOKEN` or `MLFLOW_TRACKING_PASSWORD`).
    ///
    /// - Throws: `unauthenticated` for a token that is missing or unknown.
    public func principal(_ headers: HTTPFields) async throws -> Principal {
        guard let root else { return Principal(actor: "client", access: .administrator) }
        guard let token = Self.token(headers) else {
            throw MartletError(
                .unauthenticated,
                "this server wants a token",
                hint: "send 'Authorization: Bearer TOKEN' (MARTLET_TOKEN, MLFLOW_TRACKING_TOKEN)"
            )
        }
        // Digests of equal length are compared, so that the time taken says nothing about the token.
        let digest = Digest.sha256(token)
        if Self.equal(digest, root) { return Principal(actor: "administrator", access: .administrator) }
        let row = try await database.read { tx in try tx.row("SELECT name, role FROM tokens WHERE digest = $1", digest)
        }
        guard let row, let role = Role(rawValue: try row.text("role")) else {
            throw MartletError(.unauthenticated, "the token is not known")
        }
        return Principal(actor: "user:\(try row.text("name"))", access: role.access)
    }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - name: Whose it is; one token a name.
    ///   - role: What it may do.
    /// - Returns: The token; it is not kept and cannot be shown again.
    /// - Throws: `alreadyExists` for a name that has one.
    public func makeToken(name: String, role: Role) async throws -> String {
        let token = "mt_" + world.uuid() + world.uuid()
        let now = world.now()
        try await database.write { tx in
            try tx.execute(
                "INSERT INTO tokens (name, role, digest, created) VALUES ($1, $2, $3, $4)",
                name,
                role.rawValue,
                Digest.sha256(token),
                now
            )
        }
        return token
    }

    /// Whether somebody holds a role: what an approval asks for.
    ///
    /// - Parameters:
    ///   - actor: As events name them: "client" (a server without tokens), "administrator", or "user:NAME".
    ///   - role: A role's name; the administrator holds every one.
    public func holds(_ role: String, actor: String) async throws -> Bool {
        guard root != nil else { return true }
        if actor == "administrator" { return true }
        guard actor.hasPrefix("user:") else { return false }
        let name = String(actor.dropFirst(5))
        let held = try await database.read { tx in
            try tx.row("SELECT role FROM tokens WHERE name = $1", name)?.text("role")
        }
        return held == role || held == Role.administrator.rawValue
    }

    private static func token(_ headers: HTTPFields) -> String? {
        guard let value = headers[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "bearer": return String(parts[1])
        case "basic":
            guard let pair = Base64.decode(parts[1]), let colon = pair.firstIndex(of: ":") else { return nil }
            return String(pair[pair.index(after: colon)...])
        default: return nil
        }
    }

    private static func equal(_ a: String, _ b: String) -> Bool {
        zip(a.utf8, b.utf8).reduce(UInt8(a.utf8.count == b.utf8.count ? 0 : 1)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
