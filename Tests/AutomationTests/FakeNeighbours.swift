import Basics
import Ledger
import MartletTesting
import Storage
import Synchronization

@testable import Automation

/// The other rooms as tests need them: what they are asked is noted, what they answer is set. Their writes go through the
/// caller's transaction into a table, as the real rooms' do.
final class FakeNeighbours: Sendable {
    struct State {
        /// Scores by version; the holdout's rows by their number.
        var scores: [Int: [Double]] = [:]
        var holdout = OutputTable(address: "step:r1/prepare/1", digest: "d1", rows: ColumnTable())
        var failures: [String: [MartletError]] = [:]
        var latency = LatencyFacts(requests: 500, p50: 4, p99: 12)
        var references: [ReferenceRequest] = []
        var starts: [StartRequest] = []
        var runs: [String: String] = [:]
        var active: Set<String> = []
        var scored: [Int] = []
        var evidence: [String: JSON] = [:]
        var roles: [String: Set<String>] = [:]
    }

    let state = Mutex(State())

    /// The aliases and deployments, in the database so that a rolled back transaction takes them back too.
    static let migrations = RoomMigrations(
        room: "fake",
        [
            Migration(
                "Create what the fakes write",
                """
                CREATE TABLE fake_aliases (model TEXT, alias TEXT, version BIGINT, PRIMARY KEY (model, alias));
                CREATE TABLE fake_tags (model TEXT, version BIGINT, key TEXT, value TEXT, PRIMARY KEY (model, version, key));
                CREATE TABLE fake_deployments (name TEXT PRIMARY KEY, version BIGINT, reason TEXT, switches BIGINT);
                """
            )
        ]
    )

    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
    func get<T: Sendable>(_ read: (State) -> T) -> T { state.withLock { read($0) } }

    /// Has the next call of something fail.
    func fail(_ call: String, _ error: MartletError) { set { $0.failures[call, default: []].append(error) } }

    private func check(_ call: String) throws {
        let error = state.withLock { state -> MartletError? in
            guard let first = state.failures[call]?.first else { return nil }
            state.failures[call]?.removeFirst()
            return first
        }
        if let error { throw error }
    }

    var neighbours: Neighbours {
        Neighbours(
            models: Neighbours.ModelCalls(
                names: { ["flights"] },
                versions: { [self] _ in
                    get { $0.scores.keys.sorted(by: >) }.map {
                        VersionFacts(version: $0, runID: "run\($0)", created: Timestamp(milliseconds: 0))
                    }
                },
                aliased: { tx, model, alias in
                    try tx.row(
                        "SELECT version FROM fake_aliases WHERE model = $1 AND alias = $2",
                        model,
                        alias
                    ).map { Int(try $0.int("version")) }
                },
                setAlias: { tx, model, alias, version, _ in
                    try tx.execute(
                        """
                        INSERT INTO fake_aliases VALUES ($1, $2, $3)
                        ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version
                        """,
                        model,
                        alias,
                        version
                    )
                },
                deleteAlias: { tx, model, alias, _ in
                    try tx.execute("DELETE FROM fake_aliases WHERE model = $1 AND alias = $2", model, alias)
                },
                setTag: { tx, model, version, key, value in
                    try tx.execute(
                        """
                        INSERT INTO fake_tags VALUES ($1, $2, $3, $4)
                        ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value
                        """,
                        model,
                        version,
                        key,
                        value
                    )
                }
            ),
            serving: Neighbours.ServingCalls(
                deploy: { [self] tx, request in
                    try check("deploy")
                    try tx.execute(
                        """
                        INSERT INTO fake_deployments VALUES ($1, $2, $3, 1) ON CONFLICT (name) DO UPDATE
                        SET version = excluded.version, reason = excluded.reason, switches = fake_deployments.switches + 1
                        """,
                        request.deployment,
                        request.version,
                        request.reason
                    )
                },
                score: { [self] _, version, rows in
                    try check("score")
                    set { $0.scored.append(version) }
                    let scores = get { $0.scores[version] ?? [] }
                    let numbers = rows["row"]?.longs ?? []
                    return try ColumnTable([.doubles("p", numbers.map { scores[Int($0)] })])
                },
                latency: { [self] _, _, _ in get(\.latency) }
            ),
            pipelines: Neighbours.PipelineCalls(
                table: { [self] _, _ in
                    try check("table")
                    return get(\.holdout)
                },
                files: { _, output in ReferenceFiles(paths: ["/data/\(output.name)"]) },
                start: { [self] request in
                    try check("start")
                    // As the real room does it: one key, one run.
                    let run = state.withLock { state in
                        if let known = state.runs[request.key] { return known }
                        state.starts.append(request)
                        let run = "run-\(state.starts.count)"
                        state.runs[request.key] = run
                        state.active.insert(request.pipeline)
                        return run
                    }
                    try check("after start")
                    return run
                },
                isActive: { [self] _, pipeline in get { $0.active.contains(pipeline) } }
            ),
            monitoring: Neighbours.MonitoringCalls(
                setReference: { [self] request in set { $0.references.append(request) } }
            ),
            evidence: EvidenceSources(
                prediction: { [self] id in get { $0.evidence["prediction:\(id)"] } },
                deployment: { [self] name in get { $0.evidence["deployment:\(name)"] } },
                modelVersion: { [self] name, version in get { $0.evidence["model:\(name)/\(version)"] } },
                run: { [self] id in get { $0.evidence["run:\(id)"] } },
                pipelineRun: { [self] id in get { $0.evidence["pipeline_run:\(id)"] } },
                dataset: { [self] name, version in get { $0.evidence["dataset:\(name)@\(version)"] } }
            ),
            holdsRole: { [self] actor, role in get { $0.roles[actor]?.contains(role) ?? false } }
        )
    }
}

/// A room with its fakes on a store of its own.
struct Bench: Sendable {
    let store: TestStore
    let time: TestTime
    let fakes = FakeNeighbours()
    let sender = FakeSender()
    var environment: [String: String] = ["HOOK_SECRET": "s3cret"]

    init() async throws {
        time = TestTime()
        store = try await TestStore([FakeNeighbours.migrations, Automation.migrations], world: .test(time: time))
    }

    /// The room; made again, it is a server that was started again on the same database.
    func room(_ sender: (any WebhookSender)? = nil) -> Automation {
        let environment = environment
        return Automation(
            database: store.database,
            ledger: store.ledger,
            blobs: store.blobs,
            world: store.world,
            neighbours: fakes.neighbours,
            settings: AutomationSettings(environment: { environment[$0] }),
            sender: sender ?? self.sender
        )
    }

    /// Declares a project.
    func apply(_ spec: AutomationSpec) async throws {
        let room = room()
        try await store.database.write { tx in try room.apply(tx, spec, actor: "cli:ann") }
    }

    /// Appends an event as another room would.
    @discardableResult
    func append(_ kind: String, _ subject: String, _ payload: JSON, at eventTime: String? = nil) async throws -> Event {
        let ledger = store.ledger
        return try await store.database.write { tx in
            try ledger.append(
                tx,
                kind: kind,
                subject: subject,
                actor: "test",
                payload: payload,
                eventTime: eventTime.flatMap { Timestamp(iso8601: $0) }
            )
        }
    }

    /// All events of some kinds.
    func events(_ kinds: String...) async throws -> [Event] {
        try await store.ledger.events(after: 0, kinds: Set(kinds))
    }

    /// The version under an alias.
    func alias(_ alias: String) async throws -> Int? {
        let neighbours = fakes.neighbours
        return try await store.database.read { tx in try neighbours.models.aliased(tx, "flights", alias) }
    }

    /// The deployed version and how often it was switched.
    func deployed() async throws -> (version: Int64, switches: Int64)? {
        try await store.database.read { tx in
            try tx.row("SELECT * FROM fake_deployments").map { (try $0.int("version"), try $0.int("switches")) }
        }
    }
}

/// A receiver that answers what a test sets.
final class FakeSender: WebhookSender {
    struct Sent: Sendable {
        var url: String
        var headers: [String: String]
        var body: JSON
    }

    private let state = Mutex<(sent: [Sent], answers: [Int])>(([], []))

    var sent: [Sent] { state.withLock { $0.sent } }
    func answer(_ statuses: Int...) { state.withLock { $0.answers += statuses } }

    func send(to target: WebhookTarget, headers: [(String, String)], body: [UInt8]) async throws -> Int {
        let parsed = try JSON(parsing: body)
        return state.withLock { state in
            state.sent.append(
                Sent(url: target.url, headers: Dictionary(headers, uniquingKeysWith: { $1 }), body: parsed)
            )
            return state.answers.isEmpty ? 200 : state.answers.removeFirst()
        }
    }
}
