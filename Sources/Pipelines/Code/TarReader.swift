import Basics

/// Reads a tar archive's headers: POSIX ustar and pax, and GNU's long names. Folders are implied by the files in them; links,
/// devices and whatever else are refused, since a link could lead outside.
struct TarReader {
    static let block = 512

    /// A regular file of the archive.
    struct Entry: Hashable {
        let path: String
        /// Where its bytes begin in the archive.
        let offset: Int64
        let size: Int64
    }

    /// What one header leads to.
    enum Item: Hashable {
        case file(Entry)
        /// Read the `size` bytes at `offset`, hand them to ``take(extension:kind:)``.
        case `extension`(offset: Int64, size: Int64, kind: UInt8)
        case folder
        case end
    }

    private var nextPath: String?
    private var nextSize: Int64?
    /// Where the next header stands.
    private(set) var at: Int64 = 0

    /// Reads the header at ``at``.
    ///
    /// - Parameter header: 512 bytes; fewer mean that the archive ends here.
    mutating func read(_ header: [UInt8]) throws -> Item {
        guard header.count == Self.block, header.contains(where: { $0 != 0 }) else { return .end }
        guard Self.checksumIsRight(header) else {
            throw MartletError(
                .invalidArgument,
                "the code is not a tar archive: wrong checksum in the header at byte \(at)"
            )
        }
        guard let written = Self.number(header[124..<136]) else {
            throw MartletError(.invalidArgument, "a size in the tar archive at byte \(at) is not a number")
        }
        let kind = header[156]
        let isExtension = [UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L")].contains(kind)
        let size = isExtension ? written : nextSize ?? written
        guard size >= 0, size <= 1 << 40 else {
            throw MartletError(.invalidArgument, "a size in the tar archive at byte \(at) is out of range")
        }
        let offset = at + Int64(Self.block)
        at = offset + (size + Int64(Self.block) - 1) / Int64(Self.block) * Int64(Self.block)
        if isExtension { return .extension(offset: offset, size: size, kind: kind) }
        let path = try nextPath ?? Self.path(header)
        (nextPath, nextSize) = (nil, nil)
        switch kind {
        case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
            if path.hasSuffix("/") { return .folder }
            return .file(Entry(path: Self.trimmed(path), offset: offset, size: size))
        case UInt8(ascii: "5"): return .folder
        default:
            throw MartletError(
                .invalidArgument,
                "'\(path.prefix(200))' in the code archive is a link or a special file",
                hint: "only regular files and folders can be uploaded"
            )
        }
    }

    /// Takes the content of an extension header: it speaks of the entry behind it.
    mutating func take(extension bytes: [UInt8], kind: UInt8) throws {
        switch kind {
        case UInt8(ascii: "L"): nextPath = try Self.text(bytes.prefix { $0 != 0 })
        case UInt8(ascii: "x"):
            var rest = bytes[...]
            while !rest.isEmpty {
                // "LENGTH KEY=VALUE\n", the length counting the whole record.
                guard let space = rest.firstIndex(of: 0x20),
                    let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                    length > space - rest.startIndex + 2, length <= rest.count
                else { throw MartletError(.invalidArgument, "a pax header in the tar archive is damaged") }
                let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
                rest = rest[(rest.startIndex + length)...]
                guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
                switch String(decoding: record[..<equals], as: UTF8.self) {
                case "path": nextPath = try Self.text(record[(equals + 1)...])
                case "size": nextSize = Int64(String(decoding: record[(equals + 1)...], as: UTF8.self))
                default: break
                }
            }
        default: break
        }
    }

    private static func path(_ header: [UInt8]) throws -> String {
        let name = try text(header[0..<100].prefix { $0 != 0 })
        guard header[257..<262].elementsEqual("ustar".utf8) else { return name }
        let prefix = try text(header[345..<500].prefix { $0 != 0 })
        return prefix.isEmpty ? name : prefix + "/" + name
    }

    private static func text(_ bytes: some Collection<UInt8>) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw MartletError(.invalidArgument, "a name in the tar archive is not UTF-8")
        }
        return text
    }

    /// `./steps.py` and `steps.py` are the same file.
    private static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        return String(path)
    }

    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if let first = field.first, first & 0x80 != 0 {
            // GNU's binary form for what has no room in octal digits.
            return field.dropFirst().reduce(Int64(first & 0x3F)) { value, byte in
                value > 1 << 48 ? value : value << 8 | Int64(byte)
            }
        }
        let digits = field.filter { $0 != 0 && $0 != 0x20 }
        return digits.isEmpty ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    private static func checksumIsRight(_ header: [UInt8]) -> Bool {
        guard let written = number(header[148..<156]) else { return false }
        let sum = header.indices.reduce(Int64(0)) { $0 + ((148..<156).contains($1) ? 0x20 : Int64(header[$1])) }
        return sum == written
    }
}
