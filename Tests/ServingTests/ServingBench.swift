import Basics
import Foundation
import Ledger
import Logging
import MartletTesting
import Storage
import Synchronization
import Web
import Workers

@testable import Serving

/// A serving room with real Python workers and the models that `Tests/python/serving_models.py` makes.
final class ServingBench: Sendable {
    /// The interpreter with MLflow, where there is one: `MARTLET_PYTHON` names it.
    static let python = ProcessInfo.processInfo.environment["MARTLET_PYTHON"]
    static let hasPython = python != nil

    /// The models, made once for all tests.
    private static let models = Task { () async throws -> TemporaryFolder in
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python ?? "/nonexistent")
        process.arguments = ["\(here)/../python/serving_models.py", folder.path]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        guard status == 0 else { throw MartletError(.internalError, "serving_models.py ended with \(status)") }
        return folder
    }

    private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
    private static let packages = URL(fileURLWithPath: "\(here)/../../python").standardized.path

    /// Remembers what was recorded.
    final class Memory: PredictionSink {
        private let batches = Mutex<[PredictionBatch]>([])
        var all: [PredictionBatch] { batches.withLock { $0 } }
        func record(_ batch: PredictionBatch) async throws { batches.withLock { $0.append(batch) } }
    }

    private struct Folders: ModelSource {
        let root: String
        let blobs: BlobStore

        func files(model: String, version: Int) async throws -> FileTree {
            let path = "\(root)/\(model)-\(version)"
            guard FileIO.size("\(path)/MLmodel") != nil else {
                throw MartletError(.notFound, "there is no version \(version) of model '\(model)'")
            }
            return try await blobs.putTree(path).tree
        }
    }

    let store: TestStore
    let memory = Memory()
    let serving: Serving
    private let models: TemporaryFolder

    init(store: TestStore? = nil) async throws {
        models = try await Self.models.value
        if let store {
            self.store = store
        } else {
            self.store = try await TestStore([Serving.migrations], world: .system)
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        serving = Serving(
            .init(
                folder: self.store.folder.path("serving"),
                python: ModelPython(executable: Self.python ?? "", packages: Self.packages),
                scoringIdle: .seconds(1)
            ),
            database: self.store.database,
            ledger: self.store.ledger,
            blobs: self.store.blobs,
            source: Folders(root: models.path, blobs: self.store.blobs),
            sink: memory,
            metrics: MetricsRegistry(),
            world: self.store.world,
            logger: logger
        )
    }

    /// Runs the room while the body runs.
    func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [serving] in try await serving.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Deploys and waits until it serves, or has failed.
    func deploy(_ name: String, _ model: String, _ version: Int, spec: DeploymentSpec? = nil) async throws {
        let before = try await store.ledger.head()
        try await serving.deploy(
            deployment: name,
            model: model,
            version: version,
            spec: spec,
            reason: "a test",
            actor: "client"
        )
        try await settled(name, after: before)
    }

    /// Waits for the event that says how a switch ended.
    func settled(_ name: String, after sequence: Int64) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            let found = try await store.ledger.events(
                after: sequence,
                kinds: ["deployment.ready", "deployment.failed"],
                subject: "deployment:\(name)"
            )
            if !found.isEmpty { return }
            await store.ledger.waitForEvents(after: try await store.ledger.head(), upTo: .milliseconds(200))
        }
        throw MartletError(.deadlineExceeded, "deployment \(name) did not settle")
    }

    /// An answer as a client sees it.
    struct Answer: Sendable {
        let status: Int
        let json: JSON
        let headers: HTTPFields
    }

    /// Calls a route as a client does.
    func call(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String = "",
        headers: HTTPFields = [.contentType: "application/json"]
    ) async throws -> Answer {
        try await TestCall.answer(serving.routes(), method, path, body, headers)
    }
}
