internal import Analytics
internal import Basics
internal import NIOCore
internal import Storage

/// Looks at a new file: is it what it is said to be, which columns has it, how many rows.
struct PartInspector {
    let blobs: BlobStore
    let spec: DatasetSpec
    /// The columns of the version before.
    let before: [DatasetColumn]

    /// - Throws: `invalidArgument` for a file that is empty, damaged or of another form.
    func inspect(_ blob: Blob, format declared: DataFormat?, version: Int, _ session: AnalyticsSession) async throws
        -> DatasetPart
    {
        guard blob.size > 0 else {
            throw MartletError(
                .invalidArgument,
                "the file is empty",
                hint: "send at least a header or a Parquet footer"
            )
        }
        let head = try await self.head(of: blob)
        let format = try form(head, declared: declared)
        let compression = format == .parquet ? .none : DataCompression(prefix: head)
        let path = try blobs.path(blob.digest)
        do {
            try await PackedFile(blobs: blobs, blob: blob).check(compression, session)
            let found = try await Self.columns(DataScan([path], format: format, compression: compression).sql, session)
            let columns = format == .parquet ? found : try await resolve(found, path, format, compression, session)
            let types = format == .parquet ? [] : columns.map { (name: $0.name, type: $0.sqlType) }
            let scan = DataScan([path], format: format, compression: compression, types: types)
            let count = try await session.query("SELECT count(*) AS n FROM \(scan.sql)")
            return DatasetPart(
                blob: blob,
                format: format,
                compression: compression,
                rows: count["n"]?.long(0) ?? 0,
                version: version,
                columns: columns
            )
        } catch let error as MartletError where error.code == .invalidArgument {
            throw Self.unreadable(error, format: format, path: path)
        }
    }

    /// DuckDB's refusal of a file, in words for who sent it: the store's paths are none of theirs.
    static func unreadable(_ error: MartletError, format: DataFormat, path: String) -> MartletError {
        let text = error.message.replacing("'\(path)'", with: "the file").replacing("\"\(path)\"", with: "the file")
            .replacing(path, with: "the file")
        var result = MartletError(
            .invalidArgument,
            "the file cannot be read as \(format.rawValue): \(text)",
            hint: "check that it is whole, and of the form that was given"
        )
        result.cause = error.cause
        return result
    }

    private func head(of blob: Blob) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in try blobs.open(blob.digest, range: 0..<16) { bytes += Array(piece.readableBytesView) }
        return bytes
    }

    /// The form that the first bytes show, which must not contradict what was said.
    private func form(_ head: [UInt8], declared: DataFormat?) throws -> DataFormat {
        let isParquet = head.starts(with: Array("PAR1".utf8))
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            throw MartletError(
                .invalidArgument,
                "the file is a ZIP archive",
                hint: "send what is in it, one file at a time"
            )
        }
        switch declared {
        case .parquet? where !isParquet:
            throw MartletError(
                .invalidArgument,
                "the file is not Parquet: it does not begin with PAR1",
                hint: "name its format, csv or json, or send Parquet"
            )
        case .csv? where isParquet, .json? where isParquet:
            throw MartletError(
                .invalidArgument,
                "the file is Parquet and was sent as \(declared?.rawValue ?? "")",
                hint: "name its format: parquet"
            )
        case let format?: return format
        case nil:
            if isParquet { return .parquet }
            let first = head.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
            return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? .json : .csv
        }
    }

    static func columns(_ scan: String, _ session: AnalyticsSession) async throws -> [DatasetColumn] {
        let table = try await session.query("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM \(scan))")
        let columns = (0..<table.rowCount).map { row in
            DatasetColumn(table["column_name"]?.text(row) ?? "", sqlType: table["column_type"]?.text(row) ?? "")
        }
        guard columns.count <= 2000 else {
            throw MartletError(.tooLarge, "the file has \(columns.count) columns", hint: "at most 2000")
        }
        return columns
    }

    /// The types that text files are read with: those declared or of the version before, where each value allows it.
    ///
    /// What a month of a CSV looks like says little: a column without a value is text, a code of digits a number.
    private func resolve(
        _ found: [DatasetColumn],
        _ path: String,
        _ format: DataFormat,
        _ compression: DataCompression,
        _ session: AnalyticsSession
    ) async throws -> [DatasetColumn] {
        let known = Dictionary(before.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var resolved = found
        var asked: [(index: Int, type: String)] = []
        for (index, column) in found.enumerated() {
            guard let wanted = spec.declaredType(column.name) ?? known[column.name]?.type, let type = column.type else {
                continue
            }
            let declaredSQL = spec.declaredType(column.name)?.sqlName ?? known[column.name]?.sqlType ?? wanted.sqlName
            switch (wanted, type) {
            case (.string, _): resolved[index] = DatasetColumn(column.name, sqlType: "VARCHAR")
            case (_, .string): asked.append((index, declaredSQL))
            case (.long, .integer), (.double, .integer), (.double, .long), (.float, .integer), (.float, .long):
                resolved[index] = DatasetColumn(column.name, sqlType: declaredSQL)
            case (.datetime, .datetime): resolved[index] = DatasetColumn(column.name, sqlType: declaredSQL)
            default: break
            }
        }
        let scan = DataScan([path], format: format, compression: compression).sql
        for start in stride(from: 0, to: asked.count, by: 100) {
            let batch = asked[start..<min(start + 100, asked.count)]
            let counts = batch.enumerated().map { position, item in
                let name = SQLText.identifier(found[item.index].name)
                return
                    "count(*) FILTER (WHERE \(name) IS NOT NULL AND TRY_CAST(\(name) AS \(item.type)) IS NULL) AS n\(position)"
            }
            let table = try await session.query("SELECT \(counts.joined(separator: ", ")) FROM \(scan)")
            for (position, item) in batch.enumerated() where table["n\(position)"]?.long(0) == 0 {
                resolved[item.index] = DatasetColumn(found[item.index].name, sqlType: item.type)
            }
        }
        return resolved
    }
}
