internal import Analytics
internal import Basics
internal import Storage

/// The SQL that reads the files of a version as one table.
struct PartScan {
    let blobs: BlobStore

    /// A query over all parts; columns that a part lacks are null.
    ///
    /// CSV and JSON are read with the types found when the part was added, so that a version reads the same for ever. A
    /// column whose parts do not go together (an instant here, a number there) is text.
    func sql(_ parts: [DatasetPart]) throws -> String {
        let mixed = Self.mixedColumns(parts)
        var groups: [[DatasetPart]] = []
        for part in parts {
            if let last = groups.last?.last, Self.reads(last, like: part, exactly: !mixed.isEmpty) {
                groups[groups.count - 1].append(part)
            } else {
                groups.append([part])
            }
        }
        let queries = try groups.map { group in
            let casts = group[0].columns.filter { mixed.contains($0.name) }.map { column in
                let name = SQLText.identifier(column.name)
                return "CAST(\(name) AS VARCHAR) AS \(name)"
            }
            let replaced = casts.isEmpty ? "" : " REPLACE (\(casts.joined(separator: ", ")))"
            return "SELECT *\(replaced) FROM \(try scan(group).sql)"
        }
        guard !queries.isEmpty else {
            throw MartletError(.conflict, "the dataset version has no files", hint: "add a version with data")
        }
        return queries.joined(separator: " UNION ALL BY NAME ")
    }

    /// The columns whose types differ from part to part, and not only in the width of numbers.
    static func mixedColumns(_ parts: [DatasetPart]) -> Set<String> {
        var first: [String: DatasetColumn] = [:]
        var mixed: Set<String> = []
        for column in parts.lazy.flatMap(\.columns) {
            guard let known = first[column.name] else {
                first[column.name] = column
                continue
            }
            if !known.goesWith(column) { mixed.insert(column.name) }
        }
        return mixed
    }

    private func scan(_ group: [DatasetPart]) throws -> DataScan {
        let paths = try group.map { try blobs.path($0.blob.digest) }
        let first = group[0]
        let types = first.format == .parquet ? [] : first.columns.map { (name: $0.name, type: $0.sqlType) }
        return DataScan(paths, format: first.format, compression: first.compression, types: types)
    }

    private static func reads(_ a: DatasetPart, like b: DatasetPart, exactly: Bool) -> Bool {
        guard a.format == b.format, a.compression == b.compression else { return false }
        return a.format == .parquet && !exactly || a.columns == b.columns
    }
}
