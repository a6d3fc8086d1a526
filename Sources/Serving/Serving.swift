public import Basics
public import Ledger
public import Logging
public import ServiceLifecycle
public import Storage
public import Workers

/// Serves models under names: deployments, predictions over HTTP, and scoring for gates.
///
/// A deployment is a row that says which version is wanted. `run` makes it so: it starts the new version's workers, warms
/// them, moves the traffic and lets the old ones finish, so that a switch fails no request. A version that cannot be
/// started changes nothing but the deployment's status.
public final class Serving: Service {
    /// What the room needs from outside.
    public struct Configuration: Sendable {
        /// Where models are laid out and workers log: a folder of the server's own.
        public var folder: String
        /// The Python that models run in, unless a model has one of its own.
        public var python: ModelPython
        /// How long a gate's workers stay after their last use.
        public var scoringIdle: Duration

        /// Makes a configuration.
        public init(folder: String, python: ModelPython, scoringIdle: Duration = .seconds(15)) {
            self.folder = folder
            self.python = python
            self.scoringIdle = scoringIdle
        }
    }

    let database: Database
    let ledger: Ledger
    let world: World
    let sink: any PredictionSink
    let models: ModelStore
    let zygote: ModelZygote
    let host = TaskHost()
    let board: DeploymentBoard
    let scoring: ScoringPools
    let metrics: ServingMetrics
    let logger: Logger

    /// Opens the room; `run` starts it.
    ///
    /// - Parameters:
    ///   - configuration: Folders and the interpreter.
    ///   - database: Where its tables are, migrated.
    ///   - ledger: Where its events go.
    ///   - blobs: Where models' files are.
    ///   - source: Tells which files a model has.
    ///   - sink: Keeps the predictions.
    ///   - metrics: Where it counts.
    ///   - world: Tells the time and makes ids.
    ///   - logger: Where it tells what happens.
    public init(
        _ configuration: Configuration,
        database: Database,
        ledger: Ledger,
        blobs: BlobStore,
        source: any ModelSource,
        sink: any PredictionSink,
        metrics: MetricsRegistry,
        world: World,
        logger: Logger = Logger(label: "martlet.serving")
    ) {
        self.database = database
        self.ledger = ledger
        self.world = world
        self.sink = sink
        self.logger = logger
        self.metrics = ServingMetrics(metrics)
        models = ModelStore(folder: configuration.folder + "/models", blobs: blobs, source: source)
        zygote = ModelZygote(python: configuration.python, folder: configuration.folder + "/python", logger: logger)
        board = DeploymentBoard()
        scoring = ScoringPools(
            models: models,
            zygote: zygote,
            host: host,
            idle: configuration.scoringIdle,
            logger: logger
        )
    }

    /// Switches a deployment to a model's version, making it if there is none, in the caller's transaction.
    ///
    /// Returns at once; the new version serves some moments after the commit, which the event `deployment.ready` tells, or
    /// `deployment.failed` with the reason.
    ///
    /// - Parameters:
    ///   - tx: The transaction of the decision.
    ///   - deployment: The name that clients ask for.
    ///   - model: The registered model.
    ///   - version: Its version, which the caller has looked up.
    ///   - spec: How it is served; as before (or by default) if `nil`.
    ///   - reason: Why, in a few words.
    ///   - actor: Who.
    ///   - eventTime: When the fact behind the decision happened.
    /// - Throws: `invalidArgument` for what is not a name.
    public func deploy(
        _ tx: Transaction,
        deployment: String,
        model: String,
        version: Int,
        spec: DeploymentSpec? = nil,
        reason: String,
        actor: String,
        eventTime: Timestamp? = nil
    ) throws {
        try Self.checkName(deployment)
        let before = try DeploymentTable.named(deployment, tx)
        try DeploymentTable.want(
            deployment,
            model: model,
            version: version,
            spec: spec ?? before?.wanted.spec ?? DeploymentSpec(),
            reason: reason,
            actor: actor,
            at: world.now(),
            tx
        )
        let previous = before?.served ?? before?.wanted
        try ledger.append(
            tx,
            kind: "deployment.switched",
            subject: "deployment:\(deployment)",
            actor: actor,
            payload: [
                "deployment": .string(deployment), "model": .string(model), "version": JSON(version),
                "previous": JSON(previous?.version), "reason": .string(reason),
            ],
            eventTime: eventTime
        )
        try ledger.relate(tx, "deployment:\(deployment)", .used, "model:\(model)/\(version)")
        tx.onCommit { [board] in board.wake() }
    }

    /// Switches a deployment, in a transaction of its own, after a look whether the version is there.
    public func deploy(
        deployment: String,
        model: String,
        version: Int,
        spec: DeploymentSpec? = nil,
        reason: String,
        actor: String
    ) async throws {
        _ = try await models.files(model: model, version: version)
        try await database.write { tx in
            try self.deploy(
                tx,
                deployment: deployment,
                model: model,
                version: version,
                spec: spec,
                reason: reason,
                actor: actor
            )
        }
    }

    /// All deployments, by name.
    public func deployments() async throws -> [Deployment] {
        try await database.read { tx in try DeploymentTable.all(tx) }
    }

    /// A deployment.
    ///
    /// - Throws: `notFound`, with the names that there are.
    public func deployment(_ name: String) async throws -> Deployment {
        try await database.read { tx in
            if let found = try DeploymentTable.named(name, tx) { return found }
            let names = try DeploymentTable.all(tx).map(\.name)
            throw MartletError(
                .notFound,
                "there is no deployment '\(name.prefix(100))'",
                hint: Suggestion.hint(for: name, among: names)
            )
        }
    }

    /// Asks a model's version about rows, in a worker process of its own: what gates and batches use.
    ///
    /// The model's columns are taken from the table by name and brought to the signature's types; other columns stay out.
    /// Rows go in batches; the workers stay for some seconds after the last call.
    ///
    /// - Parameters:
    ///   - model: The registered model.
    ///   - version: Its version.
    ///   - columns: The rows.
    /// - Returns: The answers, a row each; see ``PredictionBatch/outputs``.
    /// - Throws: `invalidArgument` where columns are missing or do not fit, or the model cannot be loaded; `internalError`
    ///   for what the model throws.
    public func score(model: String, version: Int, columns: ColumnTable) async throws -> ColumnTable {
        try await scoring.score(model: model, version: version, rows: columns).outputs
    }

    /// The same, with one number a row besides: the last numeric column, NaN where there is none.
    public func scores(model: String, version: Int, columns: ColumnTable) async throws -> (
        outputs: ColumnTable, scores: [Double]
    ) {
        try await scoring.score(model: model, version: version, rows: columns)
    }

    /// How long a model's version takes for one row, asked row after row in a worker process.
    ///
    /// - Parameters:
    ///   - model: The registered model.
    ///   - version: Its version.
    ///   - rows: Each is asked alone; a few hundred make a steady figure.
    public func measureLatency(model: String, version: Int, rows: ColumnTable) async throws -> LatencyReport {
        try await scoring.latency(model: model, version: version, rows: rows)
    }

    /// Begins to start the Python that model workers are forked from, so that the first model is served sooner.
    public func warm() { zygote.warm() }

    /// Keeps deployments as they are wanted until the server stops.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.host.run() }
                group.addTask { await self.zygote.run() }
                group.addTask { await self.reconcile() }
                await group.waitForAll()
            }
        }
    }

    /// Refuses what cannot be part of a path or of an address.
    static func checkName(_ name: String) throws {
        let isName =
            !name.isEmpty && name.utf8.count <= 100 && !name.hasPrefix(".")
            && name.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.".unicodeScalars.contains($0)
            }
        guard isName else {
            throw MartletError(
                .invalidArgument,
                "'\(name.prefix(100))' is not a deployment's name",
                hint: "letters, digits, '_', '-' and '.', at most 100"
            )
        }
    }
}
