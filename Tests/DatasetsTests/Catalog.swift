import Analytics
import Basics
import Datasets
import Foundation
import Ledger
import MartletTesting
import Storage
import Testing

/// A catalog in a folder of its own, with a clock that tests move.
final class Catalog: Sendable {
    let datasets: Datasets
    let ledger: Ledger
    let blobs: BlobStore
    let database: Database
    let analytics: Analytics
    let clock = TestTime()
    let folder: String
    private let store: TestStore

    init(_ specs: DatasetSpec...) async throws {
        store = try await TestStore([Datasets.migrations], world: .test(time: clock))
        (ledger, blobs, database, folder) = (store.ledger, store.blobs, store.database, store.folder.path)
        var settings = Self.settings
        settings.folders = [folder]
        analytics = Analytics(settings)
        datasets = Datasets(
            database: database,
            ledger: ledger,
            blobs: blobs,
            analytics: analytics,
            world: store.world
        )
        try await declare(specs)
    }

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

/// The error that a body throws.
func failure(_ body: () async throws -> Void) async -> MartletError? {
    do { try await body() } catch { return error as? MartletError }
    return nil
}
