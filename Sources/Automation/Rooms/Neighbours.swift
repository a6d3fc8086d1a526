public import Basics
public import Storage

/// What automation needs of the other rooms, as values: `Platform` passes the real ones, tests pass their own.
public struct Neighbours: Sendable {
    /// Registered models.
    public var models: ModelCalls
    /// Deployments and scoring.
    public var serving: ServingCalls
    /// Pipeline runs.
    public var pipelines: PipelineCalls
    /// Monitoring's reference.
    public var monitoring: MonitoringCalls
    /// What `why` asks for.
    public var evidence: EvidenceSources
    /// Whether a person holds a role.
    public var holdsRole: @Sendable (_ actor: String, _ role: String) async throws -> Bool

    /// Makes neighbours.
    public init(
        models: ModelCalls,
        serving: ServingCalls,
        pipelines: PipelineCalls,
        monitoring: MonitoringCalls,
        evidence: EvidenceSources,
        holdsRole: @escaping @Sendable (_ actor: String, _ role: String) async throws -> Bool = { _, _ in true }
    ) {
        self.models = models
        self.serving = serving
        self.pipelines = pipelines
        self.monitoring = monitoring
        self.evidence = evidence
        self.holdsRole = holdsRole
    }
}

extension Neighbours {
    /// What automation needs of the registry.
    public struct ModelCalls: Sendable {
        /// The names of all models.
        public var names: @Sendable () async throws -> [String]
        /// A model's versions, newest first; `notFound` for a model that is not there.
        public var versions: @Sendable (_ model: String) async throws -> [VersionFacts]
        /// The version under an alias.
        public var aliased: @Sendable (_ tx: Transaction, _ model: String, _ alias: String) throws -> Int?
        /// Moves an alias.
        public var setAlias:
            @Sendable (_ tx: Transaction, _ model: String, _ alias: String, _ version: Int, _ actor: String) throws ->
                Void
        /// Takes an alias away; nothing happens where there is none.
        public var deleteAlias:
            @Sendable (_ tx: Transaction, _ model: String, _ alias: String, _ actor: String) throws -> Void
        /// Writes a tag of a version.
        public var setTag:
            @Sendable (_ tx: Transaction, _ model: String, _ version: Int, _ key: String, _ value: String) throws ->
                Void

        /// Makes one.
        public init(
            names: @escaping @Sendable () async throws -> [String],
            versions: @escaping @Sendable (_ model: String) async throws -> [VersionFacts],
            aliased: @escaping @Sendable (_ tx: Transaction, _ model: String, _ alias: String) throws -> Int?,
            setAlias:
                @escaping @Sendable (
                    _ tx: Transaction, _ model: String, _ alias: String, _ version: Int, _ actor: String
                ) throws -> Void,
            deleteAlias:
                @escaping @Sendable (_ tx: Transaction, _ model: String, _ alias: String, _ actor: String)
                throws -> Void,
            setTag:
                @escaping @Sendable (
                    _ tx: Transaction, _ model: String, _ version: Int, _ key: String, _ value: String
                ) throws -> Void
        ) {
            self.names = names
            self.versions = versions
            self.aliased = aliased
            self.setAlias = setAlias
            self.deleteAlias = deleteAlias
            self.setTag = setTag
        }
    }

    /// What automation needs of serving.
    public struct ServingCalls: Sendable {
        /// Switches a deployment to a version, in the caller's transaction; workers follow.
        public var deploy: @Sendable (_ tx: Transaction, _ request: DeployRequest) throws -> Void
        /// Scores rows in a worker process; the answer has as many rows, its last column is the score.
        public var score: @Sendable (_ model: String, _ version: Int, _ rows: ColumnTable) async throws -> ColumnTable
        /// Measures one-row requests in a worker process, on the rows given.
        public var latency:
            @Sendable (_ model: String, _ version: Int, _ rows: ColumnTable) async throws -> LatencyFacts

        /// Makes one.
        public init(
            deploy: @escaping @Sendable (_ tx: Transaction, _ request: DeployRequest) throws -> Void,
            score:
                @escaping @Sendable (_ model: String, _ version: Int, _ rows: ColumnTable) async throws ->
                ColumnTable,
            latency:
                @escaping @Sendable (_ model: String, _ version: Int, _ rows: ColumnTable) async throws ->
                LatencyFacts
        ) {
            self.deploy = deploy
            self.score = score
            self.latency = latency
        }
    }

    /// What automation needs of pipelines.
    public struct PipelineCalls: Sendable {
        /// An output's address and its rows as a table.
        public var table: @Sendable (_ run: String, _ output: OutputReference) async throws -> OutputTable
        /// The files of an output, on this machine.
        public var files: @Sendable (_ run: String, _ output: OutputReference) async throws -> ReferenceFiles
        /// Starts a run; the same key again answers the same run.
        public var start: @Sendable (_ request: StartRequest) async throws -> String
        /// Whether a run of the pipeline has not ended yet.
        public var isActive: @Sendable (_ project: String, _ pipeline: String) async throws -> Bool

        /// Makes one.
        public init(
            table: @escaping @Sendable (_ run: String, _ output: OutputReference) async throws -> OutputTable,
            files: @escaping @Sendable (_ run: String, _ output: OutputReference) async throws -> ReferenceFiles,
            start: @escaping @Sendable (_ request: StartRequest) async throws -> String,
            isActive: @escaping @Sendable (_ project: String, _ pipeline: String) async throws -> Bool
        ) {
            self.table = table
            self.files = files
            self.start = start
            self.isActive = isActive
        }
    }

    /// What automation needs of monitoring.
    public struct MonitoringCalls: Sendable {
        /// Sets what a version's predictions are compared with; the same again changes nothing.
        public var setReference: @Sendable (_ request: ReferenceRequest) async throws -> Void

        /// Makes one.
        public init(setReference: @escaping @Sendable (_ request: ReferenceRequest) async throws -> Void) {
            self.setReference = setReference
        }
    }
}
