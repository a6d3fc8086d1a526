import Basics

/// A webhook's address, taken apart strictly: what is not plainly a web address is refused.
struct WebhookTarget: Sendable, Hashable {
    let url: String
    let host: String

    /// Reads an address.
    ///
    /// - Throws: `invalidArgument` with what is wrong.
    init(_ url: String) throws {
        func wrong(_ what: String) -> MartletError {
            MartletError(
                .invalidArgument,
                "'\(url.prefix(120))' is not an address for a webhook: \(what)",
                hint: "such as https://example.org/hooks/martlet"
            )
        }
        let bytes = url.utf8
        guard bytes.count <= 2048 else { throw wrong("it has \(bytes.count) bytes, at most 2048") }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw wrong("it has a space, a control character, a '\\' or a letter outside ASCII")
        }
        let rest: Substring
        if url.lowercased().hasPrefix("https://") {
            rest = url.dropFirst(8)
        } else if url.lowercased().hasPrefix("http://") {
            rest = url.dropFirst(7)
        } else {
            throw wrong("it begins neither with http:// nor with https://")
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { throw wrong("it holds a user name") }
        let host: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw wrong("its host is not whole") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            guard try Self.isPort(authority[authority.index(after: end)...]) else {
                throw wrong("its port is no number")
            }
        } else {
            host = authority.prefix { $0 != ":" }
            guard try Self.isPort(authority.dropFirst(host.count)) else { throw wrong("its port is no number") }
            guard host.utf8.allSatisfy({ Self.isHostByte($0) }) else { throw wrong("its host is no name") }
        }
        guard !host.isEmpty, host.utf8.count <= 253 else { throw wrong("it has no host") }
        self.url = url
        self.host = String(host)
    }

    private static func isPort(_ text: Substring) throws -> Bool {
        if text.isEmpty { return true }
        guard text.hasPrefix(":"), let port = Int(text.dropFirst()), text.utf8.count <= 6 else { return false }
        return (1...65_535).contains(port)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
