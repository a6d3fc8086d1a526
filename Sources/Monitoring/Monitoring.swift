public import Analytics
public import Basics
public import Ledger
public import Serving
public import Storage

/// Watches deployments: logs each prediction, takes what came true, counts both into windows of event time, compares them with
/// what the model was trained on, and opens and closes alerts.
///
/// ```swift
/// let monitoring = Monitoring(database: database, ledger: ledger, world: world, analytics: analytics)
/// try await monitoring.setReference(deployment: "flights", model: "flights", version: 3, files: [path], scores: holdout)
/// try await monitoring.record(batch)
/// ```
///
/// Counting is part of the write that logs a prediction: nothing is read again later, and after a crash the counts are
/// exactly those of the predictions that are stored.
public final class Monitoring: PredictionSink {
    /// How many actuals one call may bring.
    public static let actualsLimit = 10_000

    let database: Database
    let world: World
    let cache = MonitorCache()
    let windows = WindowStore()
    let book: AlertBook
    let judge: WindowJudge
    private let analytics: Analytics
    private let queue: RecordQueue

    /// Makes the room.
    ///
    /// - Parameters:
    ///   - database: Where its tables are, migrated.
    ///   - ledger: Where alerts are told.
    ///   - world: Tells the time and names alerts.
    ///   - analytics: Computes reference statistics.
    public init(database: Database, ledger: Ledger, world: World, analytics: Analytics) {
        self.database = database
        self.world = world
        self.analytics = analytics
        book = AlertBook(ledger: ledger, world: world)
        judge = WindowJudge(cache: cache, windows: windows, book: book)
        let recorder = Recorder(cache: cache, windows: windows, layouts: LayoutMemory(), judge: judge)
        queue = RecordQueue { group in try await database.write { tx in try recorder.record(tx, group) } }
    }

    /// Declares what is watched of a deployment; predictions that come before are logged and counted by the day.
    ///
    /// - Parameters:
    ///   - tx: The transaction of the declaration.
    ///   - deployment: The deployment.
    ///   - model: Its registered model.
    ///   - spec: What is watched; nothing is judged if `nil`.
    public func configure(_ tx: Transaction, deployment: String, model: String, spec: MonitorSpec?) throws {
        try tx.execute(
            """
            INSERT INTO monitors (deployment, model, spec, revision) VALUES ($1, $2, $3, 1)
            ON CONFLICT (deployment)
            DO UPDATE SET model = excluded.model, spec = excluded.spec, revision = monitors.revision + 1
            """,
            deployment,
            model,
            spec?.json
        )
    }

    /// Logs the predictions of a request; returns after they are durable. The same request again changes nothing.
    ///
    /// - Throws: `invalidArgument` for a batch whose parts differ in length, `tooLarge` for a key of more than 512 bytes,
    ///   `exhausted` when too many requests wait.
    public func record(_ batch: PredictionBatch) async throws {
        try await queue.submit(PreparedBatch(batch))
    }

    /// Computes what a version's predictions will be compared with; nothing is stored yet.
    ///
    /// - Parameters:
    ///   - deployment: The deployment.
    ///   - model: Its registered model.
    ///   - version: The version.
    ///   - files: The data that it was trained on, as local paths.
    ///   - format: Their format.
    ///   - columns: The features; all columns if `nil`, of which those that no prediction has are left out later.
    ///   - scores: What the version answered on the holdout, which is what later scores are compared with: rows that it did
    ///     not learn from, known before it goes live. Without them it is the first complete window.
    /// - Throws: DuckDB's refusal; `notFound` for a column that the files do not have.
    public func prepareReference(
        deployment: String,
        model: String,
        version: Int,
        files: [String],
        format: DataFormat = .parquet,
        columns: [String]? = nil,
        scores: [Double] = []
    ) async throws -> ReferenceDraft {
        let (rows, features) = try await analytics.withSession { session in
            try await ReferenceProfiler(session: session, scan: DataScan(files, format: format)).profile(columns)
        }
        return ReferenceDraft(
            deployment: deployment,
            model: model,
            version: version,
            rows: rows,
            features: features,
            scores: ScoreProfile(scores: scores)
        )
    }

    /// Stores a reference. Predictions that come after are counted in its bins; it takes the place of an older one.
    public func setReference(_ tx: Transaction, _ draft: ReferenceDraft) throws {
        if try cache.monitor(tx, draft.deployment, creatingFor: draft.model) != nil {
            _ = try draft.store(tx, at: world.now())
            try Monitor.touch(tx, draft.deployment)
        }
    }

    /// Computes and stores a reference; see ``prepareReference(deployment:model:version:files:format:columns:scores:)``.
    public func setReference(
        deployment: String,
        model: String,
        version: Int,
        files: [String],
        format: DataFormat = .parquet,
        columns: [String]? = nil,
        scores: [Double] = []
    ) async throws {
        let draft = try await prepareReference(
            deployment: deployment,
            model: model,
            version: version,
            files: files,
            format: format,
            columns: columns,
            scores: scores
        )
        try await database.write { [self] tx in try setReference(tx, draft) }
    }

    /// Takes what came true.
    ///
    /// - Parameters:
    ///   - actuals: At most ``actualsLimit``.
    ///   - deployment: Whose predictions; needed for correlation keys.
    /// - Returns: What became of each; an actual whose prediction is not stored yet is unknown and may be sent again.
    public func add(_ actuals: [Actual], deployment: String?) async throws -> ActualsReport {
        guard actuals.count <= Self.actualsLimit else {
            throw MartletError(
                .tooLarge,
                "there are \(actuals.count) actuals",
                hint: "send at most \(Self.actualsLimit) at a time"
            )
        }
        let intake = ActualsIntake(cache: cache, windows: windows, judge: judge, deployment: deployment)
        return try await database.write { tx in try intake.store(tx, actuals) }
    }

    /// A logged prediction.
    ///
    /// - Parameter id: `P-i`, as the answer's header and row say.
    /// - Returns: Nil where there is none.
    public func prediction(_ id: String) async throws -> PredictionRecord? {
        guard let id = PredictionID(id) else { return nil }
        return try await database.read { tx in try PredictionRecord.read(tx, id) }
    }

    /// The newest predictions with a correlation key, as ids, newest first, at most a hundred.
    public func predictions(correlation key: String) async throws -> [String] {
        try await database.read { tx in
            try tx.rows(
                """
                SELECT b.id, k.place FROM prediction_keys k JOIN prediction_batches b ON b.number = k.batch
                WHERE k.name = $1 ORDER BY k.batch DESC, k.place LIMIT 100
                """,
                key
            ).map { "\(try $0.text("id"))-\(try $0.int("place"))" }
        }
    }

    /// Alerts, newest first.
    ///
    /// - Parameters:
    ///   - deployment: Of one deployment; of all if `nil`.
    ///   - openOnly: Only those that are open.
    ///   - limit: How many at most.
    public func alerts(deployment: String? = nil, openOnly: Bool = true, limit: Int = 100) async throws -> [Alert] {
        try await database.read { tx in
            var values: [SQLValue] = [.int(Int64(limit))]
            var conditions = openOnly ? ["is_open = 1"] : []
            if let deployment {
                values.append(.text(deployment))
                conditions.append("deployment = $2")
            }
            let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
            return try tx.rows("SELECT * FROM alerts\(filter) ORDER BY opened DESC, id DESC LIMIT $1", values: values)
                .map(Alert.init)
        }
    }
}
