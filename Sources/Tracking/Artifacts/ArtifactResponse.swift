import Basics
import Storage
import Web

/// Hands out a blob as a download, whole or in part.
enum ArtifactResponse {
    static func file(_ name: String, _ blob: Blob, blobs: BlobStore, request: WebRequest) throws -> WebResponse {
        let range = request.header("Range").flatMap { ByteRange.parse($0, size: blob.size) }
        if case .outside? = range {
            var response = WebResponse.empty(.rangeNotSatisfiable)
            response.headers[.contentRange] = "bytes */\(blob.size)"
            return response
        }
        let bytes: Range<Int64>? = if case .part(let bytes)? = range { bytes } else { nil }
        let reader = try blobs.open(blob.digest, range: bytes)
        var response = WebResponse.stream(reader, type: MediaType.of(name), count: reader.count)
        if let bytes {
            response.status = .partialContent
            response.headers[.contentRange] = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(blob.size)"
        }
        response.headers[.acceptRanges] = "bytes"
        response.headers[.eTag] = "\"\(blob.digest)\""
        // Always a download: an uploaded page must not become one of ours.
        response.headers[.contentDisposition] =
            "attachment; filename*=UTF-8''\(PercentEncoding.encode(name))"
        return response
    }
}

/// The first range of a `Range` header (RFC 9110, section 14.2).
enum ByteRange: Hashable {
    case part(Range<Int64>)
    case outside

    /// Reads a header; `nil` for one that is to be ignored: another unit, several ranges, not a range.
    static func parse(_ header: String, size: Int64) -> ByteRange? {
        guard header.hasPrefix("bytes="), !header.contains(",") else { return nil }
        let sides = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        if sides[0].isEmpty {
            guard let last = Int64(sides[1]), last >= 0 else { return nil }
            return last == 0 || size == 0 ? .outside : .part(max(0, size - last)..<size)
        }
        guard let start = Int64(sides[0]), start >= 0 else { return nil }
        if sides[1].isEmpty { return start < size ? .part(start..<size) : .outside }
        guard let end = Int64(sides[1]), end >= start else { return nil }
        return start < size ? .part(start..<min(size, end == .max ? end : end + 1)) : .outside
    }
}
