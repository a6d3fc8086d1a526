import Analytics
import Basics
import Datasets
import Foundation
import Ledger
import Storage
import Synchronization
import Testing

/// A catalog in a folder of its own, with a clock that tests move.
final class Catalog: Sendable {
    let datasets: Datasets
    let ledger: Ledger
    let blobs: BlobStore
    let database: Database
    let analytics: Analytics
    let clock = MovedTime()
    let folder: String

    init(_ specs: DatasetSpec...) async throws {
        folder = NSTemporaryDirectory() + "/martlet-datasets-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        database = try Database.sqlite(path: "\(folder)/martlet.db")
        try await database.migrate([Ledger.migrations, Datasets.migrations])
        let world = World(time: clock, ids: RandomIDs())
        ledger = Ledger(database: database, world: world)
        blobs = try BlobStore(root: "\(folder)/blobs")
        var settings = Self.settings
        settings.folders = [folder]
        analytics = Analytics(settings)
        datasets = Datasets(database: database, ledger: ledger, blobs: blobs, analytics: analytics, world: world)
        try await declare(specs)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// `MARTLET_DUCKDB` names a library, `MARTLET_PYTHON_ENV` an environment, `.venv` is looked at last.
    static var settings: AnalyticsSettings {
        let environment = ProcessInfo.processInfo.environment
        return AnalyticsSettings(
            environment: environment,
            pythonEnvironments: [environment["MARTLET_PYTHON_ENV"], ".venv"].compactMap(\.self),
            connections: 2,
            memoryLimit: 512
        )
    }

    /// Whether there is a DuckDB to test with.
    static func hasDuckDB() async -> Bool { (try? await Analytics(settings).library()) != nil }

    @discardableResult
    func declare(_ specs: [DatasetSpec], project: String = "flights") async throws -> [DatasetChange] {
        try await database.write { [datasets] tx in
            try datasets.declare(tx, project: project, specs: specs, actor: "cli:ann")
        }
    }

    /// Adds a text as a version.
    @discardableResult
    func add(
        _ text: String,
        to name: String = "flights",
        format: DataFormat? = .csv,
        mode: DatasetMode = .append,
        eventTime: Timestamp? = nil
    ) async throws -> DatasetVersion {
        let blob = try await blobs.put(Array(text.utf8))
        return try await datasets.addVersion(
            dataset: name,
            parts: [NewPart(blob, format: format)],
            mode: mode,
            eventTime: eventTime,
            actor: "cli:ann"
        )
    }

    /// Adds the rows of a query as a Parquet version.
    @discardableResult
    func addParquet(_ sql: String, to name: String = "flights", mode: DatasetMode = .append) async throws
        -> DatasetVersion
    {
        let path = "\(folder)/upload.parquet"
        try await analytics.copy(sql, toParquet: path)
        let blob = try await blobs.put(file: path)
        return try await datasets.addVersion(dataset: name, parts: [NewPart(blob)], mode: mode, actor: "cli:ann")
    }

    /// The kinds of all events so far.
    func events() async throws -> [String] { try await ledger.events(after: 0).map(\.kind) }
}

/// A clock that tests move.
final class MovedTime: TimeSource {
    private let time = Mutex(Timestamp(milliseconds: 1_357_000_000_000))

    func now() -> Timestamp { time.withLock { $0 } }
    func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// The error that a body throws.
func failure(_ body: () async throws -> Void) async -> MartletError? {
    do { try await body() } catch { return error as? MartletError }
    return nil
}
