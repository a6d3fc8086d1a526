public import Basics
public import Ledger
public import Storage

/// Experiments, runs with their metrics, params, tags and inputs, logged models, and artifacts: what MLflow's tracking server
/// keeps, under MLflow's names.
///
/// ```swift
/// let experiment = try await tracking.experiment(named: "flights", create: true)
/// let run = try await tracking.createRun(experimentID: experiment.id, name: "fit", tags: [:], startTime: world.now(), actor: "server")
/// try await tracking.logBatch(run: run.id, metrics: [MetricPoint(key: "auroc", value: 0.77, timestamp: world.now(), step: 0)])
/// try await tracking.finishRun(run.id, status: .finished, endTime: world.now(), actor: "server")
/// ```
public final class Tracking: Sendable {
    let database: Database
    let ledger: Ledger
    let blobs: BlobStore
    let world: World
    let keys = MetricKeys()
    /// How many bytes one artifact may have.
    let uploadLimit: Int64

    /// Opens the room.
    ///
    /// - Parameters:
    ///   - database: Where its tables are, migrated.
    ///   - ledger: Where its events and its lineage go.
    ///   - blobs: Where the bytes of artifacts go.
    ///   - world: Time and names.
    ///   - uploadLimit: How many bytes one artifact may have; 64 GiB unless told.
    public init(database: Database, ledger: Ledger, blobs: BlobStore, world: World, uploadLimit: Int64 = 64 << 30) {
        self.database = database
        self.ledger = ledger
        self.blobs = blobs
        self.world = world
        self.uploadLimit = uploadLimit
    }

    /// The experiment of a name.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - create: Whether to make it where it is absent.
    /// - Throws: `notFound` where it is absent and not to be made; `conflict` where it was deleted.
    public func experiment(named name: String, create: Bool) async throws -> Experiment {
        try await database.write { [self] tx in
            if let known = try ExperimentTable.find(tx, name: name) {
                guard known.lifecycle == .active else {
                    throw MartletError(
                        .conflict,
                        "experiment '\(name)' is deleted",
                        hint: "restore it, or use another name"
                    )
                }
                return known
            }
            guard create else {
                throw MartletError(.notFound, "Could not find experiment with name '\(name)'")
            }
            return try createExperiment(tx, name: name, artifactLocation: nil, tags: [], actor: "server")
        }
    }

    /// Starts a run.
    ///
    /// - Parameters:
    ///   - experimentID: Its experiment.
    ///   - name: Its name; one is made up for an empty or absent one.
    ///   - tags: Its tags.
    ///   - startTime: When it began.
    ///   - actor: Who starts it.
    /// - Throws: `notFound` for an unknown experiment; `invalidArgument` for a deleted one and for tags that are not allowed.
    public func createRun(
        experimentID: String,
        name: String? = nil,
        tags: [String: String] = [:],
        startTime: Timestamp,
        actor: String
    ) async throws -> Run {
        let new = NewRun(
            experimentID: experimentID,
            name: name ?? "",
            userID: tags["mlflow.user"] ?? "",
            startTime: startTime,
            tags: [KeyValue](tags)
        )
        return try await database.write { [self] tx in try createRun(tx, new, actor: actor) }
    }

    /// Logs metrics, params and tags of a run in one transaction; the same batch again changes nothing.
    ///
    /// - Parameters:
    ///   - run: The run's id.
    ///   - metrics: Points; at most 1,000.
    ///   - params: Params; at most 100. A known one must have the same value.
    ///   - tags: Tags; at most 100. A known one is overwritten.
    /// - Throws: `notFound` for an unknown run; `invalidArgument` for a deleted one, a changed param, and what breaks a limit.
    /// - Complexity: one insert a point, whatever the run holds.
    public func logBatch(
        run: String,
        metrics: [MetricPoint] = [],
        params: [String: String] = [:],
        tags: [String: String] = [:]
    )
        async throws
    {
        try await logBatch(
            Batch(run: run, metrics: metrics, params: [KeyValue](params), tags: [KeyValue](tags))
        )
    }

    /// Ends a run.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - status: How it ended.
    ///   - endTime: When.
    ///   - actor: Who says so.
    /// - Throws: `notFound` for an unknown run.
    public func finishRun(_ id: String, status: RunStatus, endTime: Timestamp, actor: String = "server") async throws {
        _ = try await database.write { [self] tx in
            try updateRun(tx, id, status: status, endTime: endTime, name: nil, actor: actor)
        }
    }

    /// A run with its latest metrics, params, tags and inputs.
    ///
    /// - Throws: `notFound` for an unknown run.
    public func run(_ id: String) async throws -> Run {
        try await database.read { tx in try RunTable.full(tx, id) }
    }

    /// The files below a place in the artifact store, subfolders included, ordered by path.
    ///
    /// - Parameter location: `mlflow-artifacts:/0/RUN/artifacts/model`, `runs:/RUN/path`, or `models:/m-ID`.
    /// - Throws: `notFound` where there is nothing; `invalidArgument` for a place outside this server's own store.
    public func artifacts(under location: String) async throws -> [ArtifactFile] {
        try await database.read { tx in
            let place = try ArtifactLocation.resolve(tx, location)
            let files = try ArtifactTable.files(tx, under: place.path)
            guard !files.isEmpty else { throw MartletError(.notFound, "there are no artifacts at '\(location)'") }
            return files
        }
    }

    /// The place in the artifact store that a model's URI names.
    ///
    /// - Parameter modelURI: `runs:/RUN/model`, `models:/m-ID` or `mlflow-artifacts:/…`; a registered model's URI is resolved by
    ///   the registry.
    /// - Returns: A location that begins with `mlflow-artifacts:/`.
    public func resolve(modelURI: String) async throws -> String {
        try await database.read { tx in try ArtifactLocation.resolve(tx, modelURI).uri }
    }
}
