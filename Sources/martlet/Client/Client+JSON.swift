import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1

extension Client {
    /// The document at a path.
    func get(_ path: String, query: [(String, String)] = [], deadline: Duration = patience) async throws -> JSON {
        try json(await bytes(.GET, path, query: query, deadline: deadline).body, path)
    }

    /// The document at a path; `nil` where there is none.
    func find(_ path: String, query: [(String, String)] = []) async throws -> JSON? {
        do {
            return try await get(path, query: query)
        } catch let error as MartletError where error.code == .notFound {
            return nil
        }
    }

    /// Posts a document and gives the answer.
    func post(_ path: String, _ document: JSON, deadline: Duration = patience) async throws -> JSON {
        try await post(path, text: document.bytes(), deadline: deadline)
    }

    /// Posts JSON that is text already.
    func post(_ path: String, text: [UInt8], deadline: Duration = patience) async throws -> JSON {
        try json(
            await bytes(
                .POST,
                path,
                headers: [("Content-Type", "application/json")],
                body: .bytes(ByteBuffer(bytes: text)),
                deadline: deadline
            ).body,
            path
        )
    }

    /// Sends a file, a piece at a time.
    ///
    /// - Parameters:
    ///   - progress: Told after each piece how many bytes were handed over.
    func upload(
        _ method: HTTPMethod,
        _ path: String,
        query: [(String, String)] = [],
        file: String,
        type: String = "application/octet-stream",
        deadline: Duration = .seconds(3600),
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws -> JSON {
        let pieces = try FilePieces(path: file, progress: progress)
        return try json(
            await bytes(
                method,
                path,
                query: query,
                headers: [("Content-Type", type)],
                body: .stream(pieces, length: .known(pieces.size)),
                deadline: deadline
            ).body,
            path
        )
    }

    /// All items of a list that comes in pages.
    ///
    /// - Parameters:
    ///   - cursor: The query's key that takes a page's `next`.
    ///   - limit: The most items; the rest is left.
    func list(
        _ path: String,
        query: [(String, String)] = [],
        cursor: String = "after",
        limit: Int = 10_000
    ) async throws -> [JSON] {
        var items: [JSON] = []
        var next: String?
        repeat {
            let page = try await get(path, query: query + (next.map { [(cursor, $0)] } ?? []))
            let found = page["items"]?.array ?? []
            items += found
            next = found.isEmpty ? nil : page["next"]?.string ?? page["next"]?.int.map { String($0) }
        } while next != nil && items.count < limit
        return items
    }

    private func json(_ body: ByteBuffer, _ path: String) throws -> JSON {
        if body.readableBytes == 0 { return .null }
        do {
            return try JSON(parsing: body.readableBytesView)
        } catch {
            throw MartletError(
                .dataLoss,
                "\(base)\(path) did not answer with JSON",
                hint: "is there a Martlet server at this address?",
                cause: error
            )
        }
    }
}

/// The part of a URL behind the question mark, and segments of its path.
enum QueryString {
    static func text(_ query: [(String, String)]) -> String {
        query.isEmpty ? "" : "?" + query.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&")
    }

    /// A name as one segment of a path: no slash in it divides.
    static func escape(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
            out += isPlain ? String(UnicodeScalar(byte)) : "%" + Digest.hexadecimal([byte]).uppercased()
        }
        return out
    }
}
