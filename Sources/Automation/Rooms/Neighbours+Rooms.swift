public import Analytics
import Basics
public import Datasets
public import Monitoring
public import Pipelines
public import Registry
public import Serving
public import Storage
public import Tracking

extension Neighbours {
    /// The real rooms.
    ///
    /// - Parameters:
    ///   - tracking: Runs.
    ///   - registry: Models.
    ///   - serving: Deployments and scoring.
    ///   - pipelines: Runs of pipelines and their outputs.
    ///   - monitoring: References and predictions.
    ///   - datasets: Dataset versions.
    ///   - analytics: Reads outputs as tables.
    ///   - blobs: Where outputs are.
    ///   - holdsRole: Whether a person holds a role.
    public static func rooms(
        tracking: Tracking,
        registry: Registry,
        serving: Serving,
        pipelines: Pipelines,
        monitoring: Monitoring,
        datasets: Datasets,
        analytics: Analytics,
        blobs: BlobStore,
        holdsRole: @escaping @Sendable (_ actor: String, _ role: String) async throws -> Bool = { _, _ in true }
    ) -> Neighbours {
        Neighbours(
            models: ModelCalls(registry),
            serving: ServingCalls(serving),
            pipelines: PipelineCalls(pipelines, analytics: analytics, blobs: blobs),
            monitoring: MonitoringCalls(monitoring),
            evidence: EvidenceSources(
                tracking: tracking,
                registry: registry,
                serving: serving,
                pipelines: pipelines,
                monitoring: monitoring,
                datasets: datasets
            ),
            holdsRole: holdsRole
        )
    }
}

extension Neighbours.ModelCalls {
    init(_ registry: Registry) {
        self.init(
            names: { try await registry.models() },
            versions: { model in
                try await registry.versions(name: model).map { version in
                    VersionFacts(
                        version: version.version,
                        runID: version.runID,
                        created: version.created,
                        aliases: version.aliases,
                        tags: Dictionary(version.tags.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
                    )
                }
            },
            aliased: { tx, model, alias in try registry.version(tx, name: model, alias: alias)?.version },
            setAlias: { tx, model, alias, version, actor in
                try registry.setAlias(tx, name: model, alias: alias, version: version, actor: actor)
            },
            deleteAlias: { tx, model, alias, actor in
                try registry.deleteAlias(tx, name: model, alias: alias, actor: actor)
            },
            setTag: { tx, model, version, key, value in
                try registry.setVersionTag(tx, name: model, version: version, key: key, value: value)
            }
        )
    }
}

extension Neighbours.ServingCalls {
    init(_ serving: Serving) {
        self.init(
            deploy: { tx, request in
                try serving.deploy(
                    tx,
                    deployment: request.deployment,
                    model: request.model,
                    version: request.version,
                    spec: try DeploymentSpec(json: request.spec),
                    reason: request.reason,
                    actor: request.actor,
                    eventTime: request.eventTime
                )
            },
            score: { model, version, rows in
                try await serving.score(model: model, version: version, columns: rows)
            },
            latency: { model, version, rows in
                let report = try await serving.measureLatency(model: model, version: version, rows: rows)
                return LatencyFacts(
                    requests: report.count,
                    p50: report.p50Milliseconds,
                    p99: report.p99Milliseconds
                )
            }
        )
    }
}

extension Neighbours.PipelineCalls {
    init(_ pipelines: Pipelines, analytics: Analytics, blobs: BlobStore) {
        @Sendable func output(_ run: String, _ reference: OutputReference) async throws -> StepOutput {
            try await pipelines.output(of: run, reference.name)
        }
        @Sendable func paths(_ output: StepOutput) throws -> [String] {
            try output.files.map { try blobs.path($0.blob.digest) }
        }
        self.init(
            table: { run, reference in
                let found = try await output(run, reference)
                let scan = try OutputFormat.scan(found, files: paths(found))
                // The attempt that made it, which for a cached step is of another run.
                let step = try await pipelines.run(run).steps.first { $0.name == reference.step }
                return OutputTable(
                    address: "\(step?.origin ?? "pipeline_run:\(run)")#\(reference.output)",
                    digest: found.digest,
                    rows: try await analytics.query("SELECT * FROM \(scan.sql)")
                )
            },
            files: { run, reference in
                let found = try await output(run, reference)
                return ReferenceFiles(format: try OutputFormat.of(found), paths: try paths(found))
            },
            start: { request in
                try await pipelines.start(
                    pipeline: request.pipeline,
                    project: request.project,
                    reason: TriggerReason(request.words, trigger: request.trigger, event: request.event),
                    eventTime: request.eventTime,
                    deduplicationKey: request.key,
                    actor: "trigger:\(request.trigger)"
                ).id
            },
            isActive: { project, pipeline in
                try await !pipelines.runs(project: project, pipeline: pipeline, isActive: true, limit: 1).isEmpty
            }
        )
    }
}

extension Neighbours.MonitoringCalls {
    init(_ monitoring: Monitoring) {
        self.init(setReference: { request in
            try await monitoring.setReference(
                deployment: request.deployment,
                model: request.model,
                version: request.version,
                files: request.files.paths,
                format: request.files.format,
                scores: request.scores
            )
        })
    }
}

/// The form of a step's output, by its files' names: blobs have none.
enum OutputFormat {
    static func of(_ output: StepOutput) throws -> DataFormat {
        let names = output.files.map(\.path)
        func all(_ suffix: String) -> Bool { !names.isEmpty && names.allSatisfy { $0.lowercased().hasSuffix(suffix) } }
        if all(".csv") { return .csv }
        if all(".json") || all(".jsonl") { return .json }
        // An output of one file is stored under its step's own name for it, often without a suffix.
        guard !names.isEmpty, names.allSatisfy({ !$0.contains(".") || $0.lowercased().hasSuffix(".parquet") }) else {
            throw MartletError(
                .invalidArgument,
                "the output '\(output.name)' is no table: it holds '\(names.prefix(3).joined(separator: "', '"))'",
                hint: "Parquet, CSV or JSON files"
            )
        }
        return .parquet
    }

    static func scan(_ output: StepOutput, files: [String]) throws -> DataScan {
        DataScan(files, format: try of(output))
    }
}
