internal import Analytics
internal import Basics
internal import NIOCore
internal import Storage

/// Finds out whether a packed file is whole: DuckDB reads what there is of a cut one and says nothing.
struct PackedFile {
    let blobs: BlobStore
    let blob: Blob

    /// - Throws: `invalidArgument` for a file that was cut, `unimplemented` for a packing whose end cannot be told.
    func check(_ compression: DataCompression, _ session: AnalyticsSession) async throws {
        switch compression {
        case .none: return
        case .zstd:
            throw MartletError(
                .unimplemented,
                "the file is packed with Zstandard, which cannot be checked for completeness yet",
                hint: "send it packed with gzip, unpacked, or as Parquet"
            )
        case .gzip: try await checkGzip(session)
        }
    }

    /// The last four bytes say how long the unpacked text is (RFC 1952, ISIZE).
    ///
    /// Lines are counted without their ends, of one byte or two.
    private func checkGzip(_ session: AnalyticsSession) async throws {
        var tail: [UInt8] = []
        for try await piece in try blobs.open(blob.digest, range: max(0, blob.size - 4)..<blob.size) {
            tail += Array(piece.readableBytesView)
        }
        let declared = tail.reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let lines = """
            read_csv(\(SQLText.literal(try blobs.path(blob.digest))), compression = 'gzip', header = false,
                auto_detect = false, delim = '\u{1}', quote = '', escape = '', columns = {'line': 'VARCHAR'},
                max_line_size = 16777216)
            """
        let table = try await session.query(
            "SELECT coalesce(sum(strlen(line)), 0)::BIGINT AS bytes, count(*) AS lines FROM \(lines)"
        )
        let (bytes, count) = (table["bytes"]?.long(0) ?? 0, table["lines"]?.long(0) ?? 0)
        // The field counts modulo 2^32, so the difference does, too.
        let ends = (declared - bytes) & 0xFFFF_FFFF
        guard tail.count == 4, ends <= 2 * count + 2 else {
            throw MartletError(
                .invalidArgument,
                "the packed file was cut, or is several packed files in one: it unpacks to \(bytes) bytes in \(count) lines and names another length",
                hint: "send it whole, as one gzip member, or unpacked"
            )
        }
    }
}
