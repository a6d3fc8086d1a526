import Basics
import Ledger
import MartletTesting
import Pipelines
import Storage
import Synchronization
import Workers

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Pipelines over a store of their own, with steps run for real by the program under test.
struct Fixture: Sendable {
    let store: TestStore
    let datasets = FakeDatasets()
    let tracker = FakeTracker()
    let registered = Locked<[RegisterRequest]>([])
    let project = "flights"

    init() async throws { store = try await TestStore([Pipelines.migrations], world: .system) }

    /// A server: making another one over the same store is what a restart is.
    func pipelines() -> Pipelines {
        let registered = registered
        return Pipelines(
            database: store.database,
            ledger: store.ledger,
            blobs: store.blobs,
            world: store.world,
            datasets: datasets,
            tracker: tracker,
            registerModel: { _, request in
                registered.with { all in
                    all.append(request)
                    return all.count
                }
            },
            supervisor: Supervisor(command: [Self.binary, "supervise"]),
            environments: PythonEnvironments(root: store.folder.path("environments"), python: "/usr/bin/python3"),
            settings: PipelineSettings(
                folder: store.folder.path("steps"),
                url: "http://127.0.0.1:1",
                package: Self.package,
                cores: 4,
                memory: 1 << 40,
                backoff: .milliseconds(20)
            )
        )
    }

    /// Declares a pipeline `train` of these steps.
    func declare(_ pipelines: Pipelines, _ steps: [StepSpec], code: [String: String] = [:]) async throws {
        var archive: [UInt8] = []
        for (path, text) in code.sorted(by: { $0.key < $1.key }) { archive += Tar.entry(path, text) }
        archive += Tar.end
        let digest = Digest.sha256(archive)
        try await pipelines.uploadCode(digest, Tar.stream(archive))
        try await store.database.write { tx in
            try pipelines.declare(
                tx,
                project: "flights",
                pipelines: [PipelineSpec(name: "train", steps: steps)],
                code: CodeState(digest: digest, commit: "abc", isDirty: false, branch: "main")
            )
        }
    }

    /// Lets a server work until a run is over.
    func finish(_ pipelines: Pipelines, _ run: String) async throws -> PipelineRun {
        try await serve(pipelines) { try await wait(pipelines, run) { $0.status.isFinal } }
    }

    /// Lets a server work while something is done; then it goes away as in a shutdown.
    func serve<T: Sendable>(_ pipelines: Pipelines, _ body: @Sendable @escaping () async throws -> T) async throws -> T
    {
        try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try? await pipelines.run()
                return nil
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw CancellationError()
        }
    }

    /// Waits until a run is as wanted.
    func wait(_ pipelines: Pipelines, _ id: String, until isDone: @Sendable (PipelineRun) -> Bool) async throws
        -> PipelineRun
    {
        for _ in 0..<3000 {
            let run = try await pipelines.run(id)
            if isDone(run) { return run }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw MartletError(.deadlineExceeded, "the run is still \(try await pipelines.run(id).json.prettyText())")
    }

    func events() async throws -> [String] { try await store.ledger.events(after: 0).map(\.kind) }

    static func command(_ name: String, _ words: String..., after: [String] = [], retries: Int = 0) -> StepSpec {
        StepSpec(name: name, action: .command(words), retries: retries, after: after)
    }

    private static let here: String = {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        return count > 0
            ? String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : CommandLine.arguments[0]
    }()

    private static let binary = FileIO.parent(of: here) + "/martlet"

    /// The sources' folder `python`.
    private static let package = FileIO.parent(of: FileIO.parent(of: FileIO.parent(of: #filePath))) + "/python"
}

/// A value behind a lock, as one that can be captured.
final class Locked<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func with<T: Sendable>(_ body: (inout Value) -> T) -> T {
        value.withLock { value in body(&value) }
    }
}

final class FakeDatasets: DatasetProvider {
    let versions = Locked<[String: PinnedDataset]>([:])

    func set(_ dataset: String, _ version: Int, _ status: PinnedDataset.Status, _ files: [FileTree.File] = []) {
        versions.with {
            $0[dataset] = PinnedDataset(
                dataset: dataset,
                version: version,
                digest: Digest.sha256("\(dataset) \(version)"),
                status: status,
                files: files
            )
        }
    }

    func version(of dataset: String, version: Int?) async throws -> PinnedDataset? { versions.with { $0[dataset] } }
}

/// Counts what is tracked.
final class FakeTracker: RunTracker {
    struct Tracked: Sendable {
        var name: String
        var tags: [String: String]
        var status: TrackedStatus?
        var metrics: [String: Double] = [:]
    }

    let runs = Locked<[Tracked]>([])

    func createRun(experiment: String, name: String, tags: [String: String], start: Timestamp, actor: String)
        async throws
        -> String
    {
        runs.with { runs in
            runs.append(Tracked(name: name, tags: tags))
            return String(runs.count - 1)
        }
    }

    func log(run: String, params: [String: String], metrics: [String: Double], at time: Timestamp) async throws {
        runs.with { $0[Int(run) ?? 0].metrics.merge(metrics) { $1 } }
    }

    func finish(run: String, as status: TrackedStatus, at time: Timestamp) async throws {
        runs.with { $0[Int(run) ?? 0].status = status }
    }

    func store(_ tree: FileTree, run: String, path: String) async throws -> String {
        "mlflow-artifacts:/0/\(run)/artifacts/\(path)"
    }
}
