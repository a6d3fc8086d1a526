/// The form of a data file.
public enum DataFormat: String, Sendable, Hashable, CaseIterable, Codable {
    /// Apache Parquet.
    case parquet
    /// Values with commas (or another separator, which is detected), a header line first.
    case csv
    /// An object a line, or one array of objects.
    case json
}

/// How a data file is packed.
public enum DataCompression: String, Sendable, Hashable, CaseIterable, Codable {
    /// Not at all, or inside (Parquet).
    case none
    /// Gzip.
    case gzip
    /// Zstandard.
    case zstd

    /// What the first bytes of a file say.
    public init(prefix bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(4))
        self = head.starts(with: [0x1F, 0x8B]) ? .gzip : head == [0x28, 0xB5, 0x2F, 0xFD] ? .zstd : .none
    }
}

/// Files that are read as one table.
///
/// The format is given and never guessed from a file's name: blobs have none.
public struct DataScan: Sendable, Hashable {
    /// The files' paths.
    public var files: [String]
    /// Their form.
    public var format: DataFormat
    /// How they are packed.
    public var compression: DataCompression
    /// DuckDB's types by column name, where they are known; CSV is then not sniffed for
    /// these columns, and of JSON only these columns are read.
    public var types: [(name: String, type: String)]

    /// A scan of files.
    public init(
        _ files: [String],
        format: DataFormat,
        compression: DataCompression = .none,
        types: [(name: String, type: String)] = []
    ) {
        self.files = files
        self.format = format
        self.compression = compression
        self.types = types
    }

    /// The call that stands behind `FROM`.
    public var sql: String {
        let paths = SQLText.list(files)
        switch format {
        case .parquet:
            return "read_parquet(\(paths), union_by_name = true)"
        case .csv:
            // The whole file is looked at for the types: a column that is empty for 20,000 rows is still a number.
            return "read_csv(\(paths), header = true, sample_size = -1, union_by_name = true"
                + ", compression = \(SQLText.literal(compression.rawValue))\(typesOption("types")))"
        case .json:
            let packed = compression == .none ? "uncompressed" : compression.rawValue
            return "read_json(\(paths), format = 'auto', sample_size = -1, union_by_name = true"
                + ", compression = \(SQLText.literal(packed))\(typesOption("columns")))"
        }
    }

    private func typesOption(_ name: String) -> String {
        guard !types.isEmpty else { return "" }
        let members = types.map { "\(SQLText.literal($0.name)): \(SQLText.literal($0.type))" }
        return ", \(name) = {\(members.joined(separator: ", "))}"
    }

    /// Whether both read the same files in the same way.
    public static func == (a: DataScan, b: DataScan) -> Bool {
        a.sql == b.sql
    }

    /// Hashes the call.
    public func hash(into hasher: inout Hasher) { hasher.combine(sql) }
}
