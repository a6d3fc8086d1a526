public import Analytics
public import Basics

/// A version of a registered model, as far as automation cares.
public struct VersionFacts: Sendable, Hashable {
    /// Its number.
    public var version: Int
    /// The MLflow run that made it.
    public var runID: String?
    /// When it was registered.
    public var created: Timestamp
    /// Its aliases.
    public var aliases: [String]
    /// Its tags.
    public var tags: [String: String]

    /// Names the facts.
    public init(
        version: Int,
        runID: String?,
        created: Timestamp,
        aliases: [String] = [],
        tags: [String: String] = [:]
    ) {
        self.version = version
        self.runID = runID
        self.created = created
        self.aliases = aliases
        self.tags = tags
    }
}

/// How long one-row requests took.
public struct LatencyFacts: Sendable, Hashable {
    /// How many were measured.
    public var requests: Int
    /// The median in milliseconds.
    public var p50: Double
    /// The 99th percentile in milliseconds.
    public var p99: Double

    /// Names the facts.
    public init(requests: Int, p50: Double, p99: Double) {
        self.requests = requests
        self.p50 = p50
        self.p99 = p99
    }
}

/// An output of a step as rows.
public struct OutputTable: Sendable {
    /// The output's address, for lineage.
    public var address: String
    /// The digest of its bytes.
    public var digest: String
    /// Its rows.
    public var rows: ColumnTable

    /// Names the facts.
    public init(address: String, digest: String, rows: ColumnTable) {
        self.address = address
        self.digest = digest
        self.rows = rows
    }
}

/// A switch of a deployment.
public struct DeployRequest: Sendable, Hashable {
    /// The deployment.
    public var deployment: String
    /// The model.
    public var model: String
    /// Its version.
    public var version: Int
    /// How it is served, as the project file has it.
    public var spec: JSON
    /// Why, in one sentence.
    public var reason: String
    /// Who decided.
    public var actor: String
    /// When the fact behind the decision happened.
    public var eventTime: Timestamp?

    /// Asks for a switch.
    public init(
        deployment: String,
        model: String,
        version: Int,
        spec: JSON,
        reason: String,
        actor: String,
        eventTime: Timestamp?
    ) {
        self.deployment = deployment
        self.model = model
        self.version = version
        self.spec = spec
        self.reason = reason
        self.actor = actor
        self.eventTime = eventTime
    }
}

/// A run that a trigger asks for.
public struct StartRequest: Sendable, Hashable {
    /// The project.
    public var project: String
    /// The pipeline.
    public var pipeline: String
    /// The trigger's name.
    public var trigger: String
    /// The event that it fired for; `nil` for a schedule.
    public var event: Int64?
    /// The moment that the run is about.
    public var eventTime: Timestamp?
    /// One key, one run.
    public var key: String

    /// Asks for a run.
    public init(
        project: String,
        pipeline: String,
        trigger: String,
        event: Int64?,
        eventTime: Timestamp?,
        key: String
    ) {
        self.project = project
        self.pipeline = pipeline
        self.trigger = trigger
        self.event = event
        self.eventTime = eventTime
        self.key = key
    }

    /// Why, in words: what the trigger waits for stands behind its project and pipeline.
    var words: String {
        let source = trigger.split(separator: "/", maxSplits: 2).last.map(String.init) ?? trigger
        return event.map { "\(source), event \($0)" } ?? source
    }
}

/// Data files on this machine and their form.
public struct ReferenceFiles: Sendable, Hashable {
    /// Their form.
    public var format: DataFormat
    /// Their paths.
    public var paths: [String]

    /// Names files.
    public init(format: DataFormat = .parquet, paths: [String]) {
        self.format = format
        self.paths = paths
    }
}

/// What a version's predictions are to be compared with.
public struct ReferenceRequest: Sendable, Hashable {
    /// The deployment.
    public var deployment: String
    /// The model.
    public var model: String
    /// The version.
    public var version: Int
    /// The files of the training data.
    public var files: ReferenceFiles
    /// The version's scores on the holdout.
    public var scores: [Double]

    /// Asks for a reference.
    public init(deployment: String, model: String, version: Int, files: ReferenceFiles, scores: [Double]) {
        self.deployment = deployment
        self.model = model
        self.version = version
        self.files = files
        self.scores = scores
    }
}

/// Where `why` finds its pieces: each answers `nil` for what is not there.
public struct EvidenceSources: Sendable {
    /// A prediction by its id.
    public var prediction: @Sendable (_ id: String) async throws -> JSON?
    /// A deployment by its name.
    public var deployment: @Sendable (_ name: String) async throws -> JSON?
    /// A model version.
    public var modelVersion: @Sendable (_ name: String, _ version: Int) async throws -> JSON?
    /// An MLflow run by its id.
    public var run: @Sendable (_ id: String) async throws -> JSON?
    /// A pipeline run by its id, with `steps`, `code` and `environment`.
    public var pipelineRun: @Sendable (_ id: String) async throws -> JSON?
    /// A dataset version.
    public var dataset: @Sendable (_ name: String, _ version: Int) async throws -> JSON?

    /// Makes sources.
    public init(
        prediction: @escaping @Sendable (_ id: String) async throws -> JSON?,
        deployment: @escaping @Sendable (_ name: String) async throws -> JSON?,
        modelVersion: @escaping @Sendable (_ name: String, _ version: Int) async throws -> JSON?,
        run: @escaping @Sendable (_ id: String) async throws -> JSON?,
        pipelineRun: @escaping @Sendable (_ id: String) async throws -> JSON?,
        dataset: @escaping @Sendable (_ name: String, _ version: Int) async throws -> JSON?
    ) {
        self.prediction = prediction
        self.deployment = deployment
        self.modelVersion = modelVersion
        self.run = run
        self.pipelineRun = pipelineRun
        self.dataset = dataset
    }
}
