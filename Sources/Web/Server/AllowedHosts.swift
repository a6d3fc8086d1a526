/// The names by which a server may be called. A page of another site that makes a browser call `evil.example` with this
/// server's address (DNS rebinding, CVE-2025-14279) is refused.
public struct AllowedHosts: Sendable {
    private let names: Set<String>

    /// Names that are allowed beside the loopback ones.
    ///
    /// - Parameter names: Host names or addresses without port.
    public init(_ names: some Sequence<String> = []) {
        self.names = Set(["localhost", "127.0.0.1", "[::1]", "::1"]).union(names.map { $0.lowercased() })
    }

    /// Whether a `Host` header names this server, with any port. A request without one (HTTP/1.0) is refused.
    public func allows(_ authority: String?) -> Bool {
        guard let authority, !authority.isEmpty else { return false }
        if names.contains(authority.lowercased()) { return true }
        guard let colon = authority.lastIndex(of: ":"),
            authority[authority.index(after: colon)...].allSatisfy(\.isNumber)
        else { return false }
        return names.contains(authority[..<colon].lowercased())
    }
}
