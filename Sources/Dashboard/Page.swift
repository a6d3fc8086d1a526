import Basics
import CDashboardPages
import Web

/// A file of the dashboard as it is served: its bytes, their type, and the tag that tells a browser whether its copy is current.
struct Page: Sendable {
    let name: String
    let type: String
    let body: ByteBuffer
    let tag: String

    /// All files embedded in the binary, by name.
    ///
    /// The bytes are copied once, when the server starts.
    static func embedded() -> [String: Page] {
        var pages: [String: Page] = [:]
        for index in 0..<martlet_page_count() {
            guard let page = martlet_page_at(index)?.pointee else { continue }
            let name = String(cString: page.path)
            let bytes = UnsafeBufferPointer(start: page.bytes, count: page.size)
            pages[name] = Page(
                name: name,
                type: String(cString: page.type),
                body: ByteBuffer(bytes: bytes),
                tag: "\"\(Digest.sha256(bytes).prefix(32))\""
            )
        }
        return pages
    }

    /// Whether a browser's `If-None-Match` names this very content (RFC 9110, section 13.1.2).
    func isCurrent(_ ifNoneMatch: String?) -> Bool {
        guard let ifNoneMatch else { return false }
        return ifNoneMatch.split(separator: ",").contains { candidate in
            let tag = candidate.drop { $0 == " " }.prefix { $0 != " " }
            return tag == "*" || tag == self.tag || tag == "W/\(self.tag)"
        }
    }
}
