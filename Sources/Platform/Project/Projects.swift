import Automation
import Basics
import Datasets
import Declarations
import Ledger
import Monitoring
import Pipelines
import Storage
import Web

/// The projects that a server holds: `plan` compares a file with them, `apply` makes them what the file declares.
///
/// An apply is one transaction over all rooms: either everything of the file is declared, or nothing.
struct Projects: Sendable {
    let database: Database
    let ledger: Ledger
    let world: World
    let datasets: Datasets
    let pipelines: Pipelines
    let monitoring: Monitoring
    let automation: Automation
    /// Called when a project that deploys a model was applied.
    let prepareServing: @Sendable () -> Void

    /// What a client sends to plan or apply.
    struct Submission: Sendable {
        var text: String
        /// The file's name, for messages.
        var file: String
        /// The project's folder on the client's machine.
        var folder: String
        var code: CodeState
        var actor: String
    }

    /// What a plan or an apply answers.
    struct Outcome: Sendable {
        var project: String
        var changes: [PlannedChange]
        var isCodeChanged: Bool

        /// Whether applying does anything.
        var isEmpty: Bool { !isCodeChanged && changes.allSatisfy { $0.action == .keep } }

        var json: JSON {
            [
                "project": .string(project), "changes": .array(changes.map(\.json)),
                "code_changed": .bool(isCodeChanged),
                "empty": .bool(isEmpty),
            ]
        }
    }

    /// What applying would change; changes nothing.
    ///
    /// - Throws: `invalidArgument` with every mistake of the file.
    func plan(_ submission: Submission) async throws -> Outcome {
        let file = try decode(submission)
        return try await database.read { tx in try Self.outcome(tx, file, submission) }
    }

    /// Makes the server hold what the file declares; the same again changes nothing.
    ///
    /// - Throws: `invalidArgument` with every mistake of the file.
    func apply(_ submission: Submission) async throws -> Outcome {
        let file = try decode(submission)
        return try await database.write { tx in
            let outcome = try Self.outcome(tx, file, submission)
            if outcome.isEmpty { return outcome }
            try datasets.declare(tx, project: file.name, specs: file.datasets, actor: submission.actor)
            try pipelines.declare(tx, project: file.name, pipelines: file.pipelines, code: submission.code)
            for (model, spec) in file.monitors {
                try monitoring.configure(tx, deployment: model, model: model, spec: spec)
            }
            try automation.apply(tx, file.automation, actor: submission.actor)
            if !file.monitors.isEmpty { tx.onCommit(prepareServing) }
            try save(tx, file, submission)
            try ledger.append(
                tx,
                kind: "project.applied",
                subject: "project:\(file.name)",
                actor: submission.actor,
                payload: [
                    "project": .string(file.name), "objective": file.objective,
                    "changes": .array(outcome.changes.filter { $0.action != .keep }.map(\.json)),
                    "code": JSON(submission.code.digest), "commit": JSON(submission.code.commit),
                    "dirty": .bool(submission.code.isDirty), "branch": JSON(submission.code.branch),
                ]
            )
            return outcome
        }
    }

    /// The names of all projects.
    func names() async throws -> [String] {
        try await database.read { tx in
            try tx.rows("SELECT name FROM projects ORDER BY name").map { try $0.text("name") }
        }
    }

    /// All projects, or one.
    func list(_ name: String? = nil) async throws -> [JSON] {
        try await database.read { tx in
            try tx.rows("SELECT * FROM projects WHERE $1 IS NULL OR name = $1 ORDER BY name", name).map { row in
                [
                    "name": .string(try row.text("name")), "file": .string(try row.text("file")),
                    "folder": .string(try row.text("folder")), "declared": try row.json("inventory"),
                    "code": [
                        "digest": JSON(row.textOrNil("code")), "commit": JSON(row.textOrNil("revision")),
                        "dirty": .bool(try row.bool("dirty")), "branch": JSON(row.textOrNil("branch")),
                    ],
                    "applied": JSON(try row.timestamp("applied")), "actor": .string(try row.text("actor")),
                ]
            }
        }
    }

    private func decode(_ submission: Submission) throws -> ProjectFile {
        let diagnostics = Diagnostics()
        let file = try ProjectFile.decode(submission.text, file: submission.file, diagnostics)
        try diagnostics.throwIfAny()
        guard let file else {
            throw MartletError(
                .invalidArgument,
                "\(submission.file) declares nothing",
                hint: "it begins with 'project: NAME'"
            )
        }
        return file
    }

    private static func outcome(_ tx: Transaction, _ file: ProjectFile, _ submission: Submission) throws -> Outcome {
        let row = try tx.row("SELECT inventory, code, revision, dirty, folder FROM projects WHERE name = $1", file.name)
        var held: [String: [String: JSON]] = [:]
        for (kind, things) in try row?.json("inventory").object ?? JSONObject() {
            held[kind] = Dictionary((things.object ?? JSONObject()).map { ($0.0, $0.1) }, uniquingKeysWith: { $1 })
        }
        let code = submission.code
        let isCodeChanged =
            row.map {
                $0.textOrNil("code") != code.digest || $0.textOrNil("revision") != code.commit
                    || $0.intOrNil("dirty") != (code.isDirty ? 1 : 0)
            } ?? (code.digest != nil)
        return Outcome(
            project: file.name,
            changes: PlanDiff.changes(from: held, to: file.inventory),
            isCodeChanged: isCodeChanged
        )
    }

    private func save(_ tx: Transaction, _ file: ProjectFile, _ submission: Submission) throws {
        let inventory = JSON.object(
            JSONObject(
                file.inventory.sorted { $0.key < $1.key }.map { kind, things in
                    (kind, .object(JSONObject(things.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })))
                }
            )
        )
        try tx.execute(
            """
            INSERT INTO projects (name, file, inventory, folder, code, revision, dirty, branch, applied, actor)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (name) DO UPDATE SET file = excluded.file, inventory = excluded.inventory, folder = excluded.folder,
                code = excluded.code, revision = excluded.revision, dirty = excluded.dirty, branch = excluded.branch,
                applied = excluded.applied, actor = excluded.actor
            """,
            file.name,
            submission.text,
            inventory,
            submission.folder,
            submission.code.digest,
            submission.code.commit,
            submission.code.isDirty,
            submission.code.branch,
            world.now(),
            submission.actor
        )
    }
}
