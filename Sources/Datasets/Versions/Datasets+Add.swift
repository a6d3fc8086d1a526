public import Analytics
public import Basics
internal import Ledger
public import Storage

/// A file for a new version.
public struct NewPart: Sendable, Hashable {
    /// The stored bytes.
    public var blob: Blob
    /// Their form; nil to take it from the first bytes.
    public var format: DataFormat?

    /// A file.
    public init(_ blob: Blob, format: DataFormat? = nil) {
        self.blob = blob
        self.format = format
    }
}

extension Datasets {
    /// Adds a version made of stored files: looks at them, runs the checks, profiles the whole, and keeps it.
    ///
    /// Adding what the newest version ends with already gives that version again, so a repeated upload does no harm.
    ///
    /// - Parameters:
    ///   - name: The dataset.
    ///   - parts: The new files; at least one.
    ///   - mode: Whether they follow the newest accepted version's or stand alone.
    ///   - eventTime: When the newest row happened; nil to take the latest of the declared time column.
    ///   - actor: Who adds it.
    /// - Returns: The version: `accepted`, or `waiting` with the failures. Events: `dataset_version.created`, then
    ///   `dataset_version.waiting` where a check failed.
    /// - Throws: `notFound` for an unknown dataset, `invalidArgument` for a file that cannot be read, `alreadyExists` for
    ///   a file that an earlier part of the version is already, `unavailable` without DuckDB.
    public func addVersion(
        dataset name: String,
        parts: [NewPart],
        mode: DatasetMode,
        eventTime: Timestamp? = nil,
        actor: String
    ) async throws -> DatasetVersion {
        guard !parts.isEmpty, parts.count <= 10_000 else {
            throw MartletError(.invalidArgument, "a version was given \(parts.count) files", hint: "from 1 to 10000")
        }
        // Somebody else may add a version while this one is looked at; then it is looked at again, on top of theirs.
        for _ in 0..<5 {
            let start = try await state(name)
            if let same = try Self.repeated(parts, mode, start) { return same }
            let candidate = try await look(at: parts, mode, eventTime, actor, start)
            if let stored = try await store(candidate, start) { return stored }
        }
        throw MartletError(.conflict, "dataset '\(name)' is being added to by others all the time", hint: "try again")
    }

    /// What a new version starts from.
    struct Start: Sendable {
        let spec: DatasetSpec
        let base: DatasetVersion?
        let newest: DatasetVersion?
    }

    private func state(_ name: String) async throws -> Start {
        try await database.read { tx in
            let dataset = try Self.require(tx, name)
            let newest = try DatasetTables.newest(tx, name)
            return Start(
                spec: dataset.spec,
                base: try dataset.latest.flatMap { try DatasetTables.version(tx, name, $0) },
                newest: try DatasetTables.version(tx, name, newest)
            )
        }
    }

    private static func repeated(_ parts: [NewPart], _ mode: DatasetMode, _ start: Start) throws -> DatasetVersion? {
        let digests = parts.map(\.blob.digest)
        if let newest = start.newest, newest.status != .rejected, newest.mode == mode,
            newest.parts.filter({ $0.version == newest.version }).map(\.blob.digest) == digests
        {
            return newest
        }
        guard mode == .append, let base = start.base else { return nil }
        let known = Dictionary(base.parts.map { ($0.blob.digest, $0.version) }, uniquingKeysWith: { first, _ in first })
        if let (digest, version) = digests.lazy.compactMap({ digest in known[digest].map { (digest, $0) } }).first {
            throw MartletError(
                .alreadyExists,
                "the file \(digest.prefix(12))… is a part of '\(base.dataset)' already, since version \(version)",
                hint: "append each file once, or replace the whole with mode=replace"
            )
        }
        return nil
    }

    private func look(
        at new: [NewPart],
        _ mode: DatasetMode,
        _ eventTime: Timestamp?,
        _ actor: String,
        _ start: Start
    ) async throws -> DatasetVersion {
        let number = (start.newest?.version ?? 0) + 1
        let earlier = mode == .append ? start.base?.parts ?? [] : []
        let scan = PartScan(blobs: blobs)
        let (blobs, spec, base) = (blobs, start.spec, start.base)
        return try await analytics.withSession(timeLimit: Self.timeLimit) { session in
            let inspector = PartInspector(blobs: blobs, spec: spec, before: base?.parts.last?.columns ?? [])
            var added: [DatasetPart] = []
            for part in new {
                added.append(try await inspector.inspect(part.blob, format: part.format, version: number, session))
            }
            let partSQL = try await Self.rows("part_rows", scan.sql(added), of: added, session)
            let earlierSQL =
                earlier.isEmpty ? nil : try await Self.rows("earlier_rows", scan.sql(earlier), of: earlier, session)
            // Where types do not go together the whole is read anew, with these columns as text.
            let isMixed = !PartScan.mixedColumns(earlier + added).isEmpty
            let wholeSQL =
                isMixed
                ? try scan.sql(earlier + added)
                : earlierSQL.map { "\($0) UNION ALL BY NAME \(partSQL)" } ?? partSQL
            let partRows = added.reduce(0) { $0 + $1.rows }
            let wholeRows = partRows + earlier.reduce(0) { $0 + $1.rows }
            do {
                let columns = try await PartInspector.columns("(\(partSQL))", session)
                let failures = try await CheckRunner(
                    spec: spec,
                    session: session,
                    columns: columns,
                    before: base?.columns,
                    beforeNewest: base?.parts.last?.columns ?? [],
                    partRows: partRows,
                    wholeRows: wholeRows,
                    part: partSQL,
                    earlier: earlierSQL
                ).run()
                let whole = try await PartInspector.columns("(\(wholeSQL))", session)
                let profile = try await Profiler(session: session, columns: whole).profile(wholeSQL)
                return DatasetVersion(
                    dataset: spec.name,
                    version: number,
                    status: failures.isEmpty ? .accepted : .waiting,
                    mode: mode,
                    base: base?.version,
                    parts: earlier + added,
                    digest: Self.digest(earlier + added),
                    rows: wholeRows,
                    columns: whole,
                    profile: profile,
                    checks: spec.checks,
                    failures: failures,
                    actor: actor,
                    created: world.now(),
                    eventTime: try await Self.eventTime(eventTime, spec, columns, session),
                    decision: nil
                )
            } catch let error as MartletError where error.code == .invalidArgument {
                let first = added[0]
                throw PartInspector.unreadable(error, format: first.format, path: try blobs.path(first.blob.digest))
            }
        }
    }

    /// A query over the rows of parts.
    ///
    /// Text is parsed once, into a temporary table, and not for each check; unless it is so much that it might not fit.
    private static func rows(
        _ name: String,
        _ sql: String,
        of parts: [DatasetPart],
        _ session: AnalyticsSession
    ) async throws -> String {
        let text = parts.filter { $0.format != .parquet }
            .reduce(0) { $0 + $1.blob.size * ($1.compression == .none ? 1 : 8) }
        guard text > 0, text <= 128 << 20 else { return sql }
        try await session.execute("CREATE TEMPORARY TABLE \(name) AS \(sql)")
        return "SELECT * FROM \(name)"
    }

    /// SHA-256 over what the version reads, in order.
    static func digest(_ parts: [DatasetPart]) -> String {
        let list = parts.map { part -> JSON in
            [
                "digest": .string(part.blob.digest), "format": .string(part.format.rawValue),
                "compression": .string(part.compression.rawValue),
            ]
        }
        return Digest.sha256(JSON.array(list).canonicalBytes())
    }

    private static func eventTime(
        _ given: Timestamp?,
        _ spec: DatasetSpec,
        _ columns: [DatasetColumn],
        _ session: AnalyticsSession
    ) async throws -> Timestamp? {
        if let given { return given }
        guard let time = spec.time, columns.contains(where: { $0.name == time }) else { return nil }
        let latest = "max(TRY_CAST(CAST(\(SQLText.identifier(time)) AS VARCHAR) AS TIMESTAMP))"
        return try await session.query("SELECT \(latest) AS t FROM part")["t"]?.long(0).map {
            Timestamp(milliseconds: $0)
        }
    }

    /// Keeps a version, unless the dataset has changed since it was looked at.
    private func store(_ version: DatasetVersion, _ start: Start) async throws -> DatasetVersion? {
        try await database.write { [ledger] tx in
            guard try DatasetTables.newest(tx, version.dataset) == version.version - 1,
                try DatasetTables.latest(tx, version.dataset) == start.base?.version
            else { return nil }
            try DatasetTables.insert(tx, version)
            try ledger.append(
                tx,
                kind: "dataset_version.created",
                subject: version.address,
                actor: version.actor,
                payload: Self.summary(version),
                eventTime: version.eventTime
            )
            if version.status == .waiting {
                var payload = Self.summary(version)
                payload["failures"] = .array(version.failures.prefix(50).map(\.json))
                try ledger.append(
                    tx,
                    kind: "dataset_version.waiting",
                    subject: version.address,
                    actor: version.actor,
                    payload: payload,
                    eventTime: version.eventTime
                )
            }
            if version.mode == .append, let base = version.base {
                try ledger.relate(tx, version.address, .wasDerivedFrom, "dataset:\(version.dataset)@\(base)")
            }
            try ledger.relate(tx, version.address, .wasAttributedTo, version.actor)
            return version
        }
    }

    static func summary(_ version: DatasetVersion) -> JSON {
        [
            "dataset": .string(version.dataset), "version": JSON(version.version), "rows": .int(version.rows),
            "digest": .string(version.digest), "mode": .string(version.mode.rawValue),
            "status": .string(version.status.rawValue),
        ]
    }
}
