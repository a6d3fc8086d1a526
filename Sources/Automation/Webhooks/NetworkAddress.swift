/// An IP address, by the network that it is of (IANA's special-purpose registries, RFC 6890 and its successors).
struct NetworkAddress: Sendable, Hashable {
    /// What kind of network.
    enum Kind: Sendable, Hashable {
        case global, loopback, privateNetwork, linkLocal, reserved
    }

    /// 4 bytes, or 16.
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The kind. An IPv6 address that carries an IPv4 one is of that one's kind: else it would be a way around.
    var kind: Kind {
        if bytes.count == 4 { return Self.kind4(bytes) }
        guard bytes.count == 16 else { return .reserved }
        if let inner = embedded { return Self.kind4(inner) }
        if bytes.dropLast().allSatisfy({ $0 == 0 }) { return bytes[15] == 1 ? .loopback : .reserved }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return .linkLocal }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0xC0 { return .privateNetwork }
        if bytes[0] & 0xFE == 0xFC { return .privateNetwork }
        // Global unicast is 2000::/3; 2001:0000::/23 and 2001:db8::/32 within it are not.
        guard bytes[0] & 0xE0 == 0x20 else { return .reserved }
        if bytes[0] == 0x20, bytes[1] == 0x01 {
            if bytes[2] < 2 || (bytes[2] == 0x0D && bytes[3] == 0xB8) { return .reserved }
        }
        return .global
    }

    /// The IPv4 address inside: mapped (`::ffff:a.b.c.d`), translated (`64:ff9b::/96`) or 6to4 (`2002::/16`).
    private var embedded: [UInt8]? {
        if bytes[0..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF { return Array(bytes[12...]) }
        if bytes[0..<4].elementsEqual([0x00, 0x64, 0xFF, 0x9B]), bytes[4..<12].allSatisfy({ $0 == 0 }) {
            return Array(bytes[12...])
        }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return Array(bytes[2..<6]) }
        return nil
    }

    private static func kind4(_ bytes: [UInt8]) -> Kind {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (127, _, _): .loopback
        case (10, _, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _): .privateNetwork
        case (169, 254, _): .linkLocal
        case (0, _, _), (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100), (203, 0, 113):
            .reserved
        case (224..., _, _): .reserved
        default: .global
        }
    }

    /// The address as text.
    var text: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
        }.joined(separator: ":")
    }
}
