import Basics
import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Finds a port that nobody listens on.
enum FreePort {
    /// Asks the system for a port and gives it back, to be bound again a moment later.
    ///
    /// - Parameter host: An IPv4 address or `localhost`; others get their port on the loopback address.
    static func find(host: String) throws -> Int {
        #if canImport(Glibc)
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let file = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard file >= 0 else { throw FileIO.failure("socket", host) }
        defer { _ = close(file) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        if inet_pton(AF_INET, host, &address.sin_addr) != 1 { inet_pton(AF_INET, "127.0.0.1", &address.sin_addr) }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, length) == 0 && getsockname(file, $0, &length) == 0
            }
        }
        guard bound else { throw FileIO.failure("bind", host) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
