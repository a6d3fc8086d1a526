public import Analytics
public import Basics
public import Ledger
public import Storage

/// The catalog of data: what projects declare, and the versions that there are of it.
///
/// A version is a list of files (parts) with a digest over them, columns, figures about each column, and what the declared
/// checks found. It is `accepted` when every check passed; else it waits for a person and no pipeline uses it.
public final class Datasets: Sendable {
    let database: Database
    let ledger: Ledger
    let blobs: BlobStore
    let analytics: Analytics
    let world: World
    /// How long looking at one version may take.
    static let timeLimit = Duration.seconds(900)

    /// Opens the catalog.
    ///
    /// - Parameters:
    ///   - database: Where its tables are, migrated.
    ///   - ledger: Where events and lineage go.
    ///   - blobs: Where files are.
    ///   - analytics: What reads them.
    ///   - world: Tells the time.
    public init(database: Database, ledger: Ledger, blobs: BlobStore, analytics: Analytics, world: World) {
        self.database = database
        self.ledger = ledger
        self.blobs = blobs
        self.analytics = analytics
        self.world = world
    }

    /// All datasets, by name.
    public func datasets() async throws -> [Dataset] {
        try await database.read { tx in try DatasetTables.datasets(tx) }
    }

    /// A dataset.
    ///
    /// - Throws: `notFound`, with the nearest name.
    public func dataset(_ name: String) async throws -> Dataset {
        try await database.read { tx in try Self.require(tx, name) }
    }

    /// A version with its parts and profile.
    ///
    /// - Parameters:
    ///   - name: The dataset.
    ///   - version: The number; nil for the newest accepted one.
    /// - Returns: Nil where there is none.
    /// - Throws: `notFound` for an unknown dataset.
    public func version(name: String, version: Int? = nil) async throws -> DatasetVersion? {
        try await database.read { tx in
            _ = try Self.require(tx, name)
            guard let number = try version ?? DatasetTables.latest(tx, name) else { return nil }
            return try DatasetTables.version(tx, name, number)
        }
    }

    /// The versions of a dataset, newest first, without parts and profiles.
    ///
    /// - Throws: `notFound` for an unknown dataset.
    public func versions(of name: String, before: Int = .max, limit: Int = 100) async throws -> [DatasetVersion] {
        try await database.read { tx in
            _ = try Self.require(tx, name)
            return try DatasetTables.versions(tx, name, before: before, limit: limit)
        }
    }

    /// The files of a version, with names that tell their form: `part-00001.parquet`, `part-00002.csv.gz`.
    ///
    /// The paths are those of stored blobs: for reading only, and to be copied or linked under the given names.
    public func files(of version: DatasetVersion) throws -> [DatasetFile] {
        try version.parts.enumerated().map { position, part in
            let digits = String(position + 1)
            let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
            let packed =
                switch part.compression {
                case .none: ""
                case .gzip: ".gz"
                case .zstd: ".zst"
                }
            return DatasetFile(
                name: "part-\(number).\(part.format.rawValue)\(packed)",
                path: try blobs.path(part.blob.digest),
                blob: part.blob,
                format: part.format
            )
        }
    }

    /// A query in DuckDB's SQL over all rows of a version, for `SELECT … FROM (…)`.
    ///
    /// - Throws: `conflict` for a version without files.
    public func sql(of version: DatasetVersion) throws -> String {
        try PartScan(blobs: blobs).sql(version.parts)
    }

    static func require(_ tx: Transaction, _ name: String) throws -> Dataset {
        guard let dataset = try DatasetTables.dataset(tx, name) else {
            let hint = Suggestion.hint(for: name, among: try DatasetTables.names(tx))
            throw MartletError(.notFound, "dataset '\(name)' is not declared", hint: hint)
        }
        return dataset
    }
}

/// A file of a version, under the name that it should have in a folder.
public struct DatasetFile: Sendable, Hashable {
    /// A file name that tells the form.
    public let name: String
    /// Where the bytes are.
    public let path: String
    /// The bytes.
    public let blob: Blob
    /// The form.
    public let format: DataFormat
}
