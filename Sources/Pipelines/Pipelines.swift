public import Basics
public import Ledger
import Logging
public import NIOCore
public import Storage
public import Workers

/// Pipelines: what projects declare, their runs, and the scheduler that runs their steps.
///
/// ```swift
/// let run = try await pipelines.start(pipeline: "train", project: "flights", actor: "client")
/// let holdout = try await pipelines.output(of: run.id, "prepare.holdout")
/// ```
///
/// A step runs under a supervisor that outlives the server; the state of every run is in the database. So ``run()`` may end
/// and begin at any moment, by shutdown or by crash: it takes up what it finds, runs nothing twice and loses no output.
public final class Pipelines: Sendable {
    let database: Database
    let ledger: Ledger
    let blobs: BlobStore
    let world: World
    let datasets: any DatasetProvider
    let tracker: any RunTracker
    let registerModel: RegisterModel
    let supervisor: Supervisor
    let environments: PythonEnvironments
    let settings: PipelineSettings
    let pool: ResourcePool
    let wake = Wake()
    let logger = Logger(label: "martlet.pipelines")

    /// Opens the room.
    ///
    /// - Parameters:
    ///   - database: Where its tables are, migrated.
    ///   - ledger: Where events and lineage go.
    ///   - blobs: Where code, outputs and logs go.
    ///   - world: Time and names.
    ///   - datasets: Where inputs come from.
    ///   - tracker: Where runs are tracked.
    ///   - registerModel: Makes model versions.
    ///   - supervisor: Starts supervisors.
    ///   - environments: Gives the Python that steps run in.
    ///   - settings: Folders, addresses, limits.
    public init(
        database: Database,
        ledger: Ledger,
        blobs: BlobStore,
        world: World,
        datasets: any DatasetProvider,
        tracker: any RunTracker,
        registerModel: @escaping RegisterModel,
        supervisor: Supervisor,
        environments: PythonEnvironments,
        settings: PipelineSettings
    ) {
        self.database = database
        self.ledger = ledger
        self.blobs = blobs
        self.world = world
        self.datasets = datasets
        self.tracker = tracker
        self.registerModel = registerModel
        self.supervisor = supervisor
        self.environments = environments
        self.settings = settings
        pool = ResourcePool(cpu: settings.cores, memory: settings.memory)
    }

    /// Takes a project's folder as a tar archive.
    ///
    /// - Parameters:
    ///   - digest: SHA-256 of the archive, or of its tree's manifest.
    ///   - archive: The archive: regular files and folders only.
    /// - Returns: What was stored, as the API shows it.
    /// - Throws: `invalidArgument` for another digest, links, and paths that lead outside; `tooLarge` over a limit.
    @discardableResult
    public func uploadCode<Archive: AsyncSequence & Sendable>(_ digest: String, _ archive: Archive) async throws -> JSON
    where Archive.Element == ByteBuffer {
        try await code.put(digest, archive).json
    }

    var code: CodeStore { CodeStore(database: database, blobs: blobs, world: world) }

    /// A declared pipeline.
    public struct Declared: Sendable, Hashable {
        /// The project.
        public let project: String
        /// The pipeline.
        public let spec: PipelineSpec
        /// The code that new runs use.
        public let code: CodeState
    }

    /// Makes the pipelines of a project what is declared, in the transaction of the apply: new ones are added, changed ones
    /// replaced, others removed. Runs that there are keep the pipeline and the code that they began with.
    ///
    /// - Returns: Whether anything changed.
    @discardableResult
    public func declare(
        _ tx: Transaction,
        project: String,
        pipelines: [PipelineSpec],
        code: CodeState
    ) throws -> Bool {
        var changed = false
        let known = try Set(
            tx.rows("SELECT name FROM pipelines WHERE project = $1", project).map { try $0.text("name") }
        )
        for name in known.subtracting(pipelines.map(\.name)) {
            try tx.execute("DELETE FROM pipelines WHERE project = $1 AND name = $2", project, name)
            changed = true
        }
        for spec in pipelines {
            let text = String(decoding: spec.json.canonicalBytes(), as: UTF8.self)
            let before = try tx.row(
                "SELECT spec, code FROM pipelines WHERE project = $1 AND name = $2",
                project,
                spec.name
            )
            if before?["spec"] != .text(text) || before?["code"] != code.digest.sqlValue { changed = true }
            try tx.execute(
                """
                INSERT INTO pipelines (project, name, spec, code, code_commit, dirty, branch, updated, runs)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT COUNT(*) FROM pipeline_runs WHERE project = $1 AND pipeline = $2))
                ON CONFLICT (project, name) DO UPDATE SET spec = excluded.spec, code = excluded.code,
                    code_commit = excluded.code_commit, dirty = excluded.dirty, branch = excluded.branch, updated = excluded.updated
                """,
                project,
                spec.name,
                text,
                code.digest,
                code.commit,
                code.isDirty,
                code.branch,
                world.now()
            )
        }
        return changed
    }

    /// The declared pipelines, of one project or all.
    public func declared(project: String? = nil) async throws -> [Declared] {
        try await database.read { tx in
            try tx.rows("SELECT * FROM pipelines WHERE $1 IS NULL OR project = $1 ORDER BY project, name", project)
                .map { row in try Declared(row) }
        }
    }

    /// One declared pipeline.
    ///
    /// - Throws: `notFound`, with the nearest name.
    public func declared(project: String, name: String) async throws -> Declared {
        try await database.read { tx in try Declared.find(tx, project, name) }
    }
}

extension Pipelines.Declared {
    init(_ row: Row) throws {
        project = try row.text("project")
        spec = try PipelineSpec(json: row.json("spec"))
        code = CodeState(
            digest: row.textOrNil("code"),
            commit: row.textOrNil("code_commit"),
            isDirty: try row.bool("dirty"),
            branch: row.textOrNil("branch")
        )
    }

    static func find(_ tx: Transaction, _ project: String, _ name: String) throws -> Self {
        if let row = try tx.row("SELECT * FROM pipelines WHERE project = $1 AND name = $2", project, name) {
            return try Self(row)
        }
        let names = try tx.rows("SELECT name FROM pipelines WHERE project = $1", project).map { try $0.text("name") }
        if names.isEmpty {
            let projects = try tx.rows("SELECT DISTINCT project FROM pipelines").map { try $0.text("project") }
            throw MartletError(
                .notFound,
                "the project '\(project)' has no pipelines",
                hint: projects.contains(project) ? nil : Suggestion.hint(for: project, among: projects)
            )
        }
        throw MartletError(
            .notFound,
            "there is no pipeline '\(name)' in the project '\(project)'",
            hint: Suggestion.hint(for: name, among: names)
        )
    }

    /// The pipeline as the API shows it.
    public var json: JSON {
        [
            "project": .string(project), "name": .string(spec.name), "description": JSON(spec.description),
            "on": .array(spec.triggers.map(\.json)),
            "steps": .array(
                spec.steps.map { step in
                    var json = step.json
                    json["after"] = JSON(step.dependencies)
                    return json
                }
            ),
            "code": .object(
                JSONObject([
                    ("digest", JSON(code.digest)), ("commit", JSON(code.commit)), ("dirty", .bool(code.isDirty)),
                    ("branch", JSON(code.branch)),
                ])
            ),
        ]
    }
}
