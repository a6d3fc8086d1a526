import Basics
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Which networks webhooks may reach. A webhook's address comes from outside, and the server must not become a way into
/// what only it can reach (server-side request forgery).
public struct AddressGuard: Sendable, Hashable {
    /// Whether addresses of this machine may be reached.
    public var allowsLoopback: Bool
    /// Whether addresses of private networks may be reached.
    public var allowsPrivate: Bool

    /// Makes a guard; by default only public addresses may be reached.
    public init(allowsLoopback: Bool = false, allowsPrivate: Bool = false) {
        self.allowsLoopback = allowsLoopback
        self.allowsPrivate = allowsPrivate
    }

    /// Resolves a host and answers the one address to connect to: resolving again later could answer another.
    ///
    /// - Throws: `permissionDenied` when any of the host's addresses is in a refused network, `unavailable` when it has none.
    func resolve(_ host: String) async throws -> String {
        let addresses = try await NIOThreadPool.singleton.runIfActive { try Self.addresses(of: host) }
        guard let first = addresses.first else {
            throw MartletError(.unavailable, "the host '\(host)' has no address")
        }
        for address in addresses {
            guard let reason = refusal(of: address) else { continue }
            throw MartletError(
                .permissionDenied,
                "the webhook's host '\(host)' is \(address.text), \(reason)",
                hint: "webhooks reach public addresses; the server's settings can allow loopback and private ones"
            )
        }
        return first.text
    }

    /// Why an address is refused; `nil` for one that may be reached.
    func refusal(of address: NetworkAddress) -> String? {
        switch address.kind {
        case .global: nil
        case .loopback: allowsLoopback ? nil : "an address of this machine"
        case .privateNetwork: allowsPrivate ? nil : "an address of a private network"
        // Cloud metadata services stand here; no setting opens them.
        case .linkLocal: "a link-local address"
        case .reserved: "a reserved address"
        }
    }

    private static func addresses(of host: String) throws -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0, let list else {
            throw MartletError(
                .unavailable,
                "the host '\(host)' cannot be resolved: \(String(cString: gai_strerror(code)))"
            )
        }
        defer { freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var next: UnsafeMutablePointer<addrinfo>? = list
        while let entry = next {
            next = entry.pointee.ai_next
            guard let raw = entry.pointee.ai_addr else { continue }
            let bytes: [UInt8]
            switch entry.pointee.ai_family {
            case AF_INET:
                bytes = raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
                }
            case AF_INET6:
                bytes = raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
                }
            default: continue
            }
            let address = NetworkAddress(bytes)
            if !found.contains(address) { found.append(address) }
        }
        return found
    }
}
