internal import Analytics
internal import Basics
internal import Storage

/// Reads and writes the room's tables.
enum DatasetTables {
    static func dataset(_ tx: Transaction, _ name: String) throws -> Dataset? {
        guard let row = try tx.row("SELECT * FROM datasets WHERE name = $1", name) else { return nil }
        return try dataset(tx, row)
    }

    static func datasets(_ tx: Transaction) throws -> [Dataset] {
        try tx.rows("SELECT * FROM datasets ORDER BY name").map { try dataset(tx, $0) }
    }

    static func names(_ tx: Transaction) throws -> [String] {
        try tx.rows("SELECT name FROM datasets ORDER BY name").map { try $0.text("name") }
    }

    private static func dataset(_ tx: Transaction, _ row: Row) throws -> Dataset {
        let name = try row.text("name")
        let waiting = try tx.rows(
            "SELECT version FROM dataset_versions WHERE dataset = $1 AND status = 'waiting' ORDER BY version LIMIT 100",
            name
        )
        return Dataset(
            spec: DatasetSpec(name: name, json: try row.json("spec")),
            project: try row.text("project"),
            isDeclared: try row.bool("declared"),
            latest: try latest(tx, name),
            waiting: try waiting.map { Int(try $0.int("version")) }
        )
    }

    /// The newest accepted version's number.
    static func latest(_ tx: Transaction, _ name: String) throws -> Int? {
        try tx.row(
            "SELECT version FROM dataset_versions WHERE dataset = $1 AND status = 'accepted' ORDER BY version DESC LIMIT 1",
            name
        ).map { Int(try $0.int("version")) }
    }

    /// The newest version's number, whatever its status; 0 while there is none.
    static func newest(_ tx: Transaction, _ name: String) throws -> Int {
        let row = try tx.row("SELECT max(version) AS version FROM dataset_versions WHERE dataset = $1", name)
        return Int(row?.intOrNil("version") ?? 0)
    }

    static func version(_ tx: Transaction, _ name: String, _ number: Int) throws -> DatasetVersion? {
        guard
            let row = try tx.row(
                "SELECT * FROM dataset_versions WHERE dataset = $1 AND version = $2",
                name,
                number
            )
        else { return nil }
        return try version(row, parts: parts(tx, name, number))
    }

    /// Versions, newest first, without their parts and profiles, which may be long.
    static func versions(_ tx: Transaction, _ name: String, before: Int, limit: Int) throws -> [DatasetVersion] {
        try tx.rows(
            """
            SELECT dataset, version, status, mode, base, digest, rows, columns, '{}' AS profile, checks, failures, actor,
                created, event_time, decided_by, decided, reason
            FROM dataset_versions WHERE dataset = $1 AND version < $2 ORDER BY version DESC LIMIT $3
            """,
            name,
            before,
            limit
        ).map { try version($0, parts: []) }
    }

    /// All files of a version: those of the versions that it continues, oldest first, then its own.
    static func parts(_ tx: Transaction, _ name: String, _ number: Int) throws -> [DatasetPart] {
        try tx.rows(
            """
            WITH RECURSIVE chain (version, base, mode) AS (
                SELECT version, base, mode FROM dataset_versions WHERE dataset = $1 AND version = $2
                UNION ALL
                SELECT v.version, v.base, v.mode FROM dataset_versions v JOIN chain c ON v.version = c.base
                WHERE v.dataset = $1 AND c.mode = 'append')
            SELECT p.* FROM dataset_parts p JOIN chain c ON p.version = c.version
            WHERE p.dataset = $1 ORDER BY p.version, p.position
            """,
            name,
            number
        ).map { row in
            DatasetPart(
                blob: Blob(digest: try row.text("digest"), size: try row.int("size")),
                format: try known(DataFormat(rawValue: row.text("format")), "format"),
                compression: try known(DataCompression(rawValue: row.text("compression")), "compression"),
                rows: try row.int("rows"),
                version: Int(try row.int("version")),
                columns: columns(try row.json("columns"))
            )
        }
    }

    static func insert(_ tx: Transaction, _ version: DatasetVersion) throws {
        try tx.execute(
            """
            INSERT INTO dataset_versions (dataset, version, status, mode, base, digest, rows, columns, profile, failures,
                actor, created, event_time, checks)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """,
            version.dataset,
            version.version,
            version.status.rawValue,
            version.mode.rawValue,
            version.base,
            version.digest,
            version.rows,
            JSON.array(version.columns.map(\.json)),
            version.profile,
            JSON.array(version.failures.map(\.json)),
            version.actor,
            version.created,
            version.eventTime,
            JSON.array(version.checks.map(\.json))
        )
        for (position, part) in version.parts.filter({ $0.version == version.version }).enumerated() {
            try tx.execute(
                """
                INSERT INTO dataset_parts (dataset, version, position, digest, size, format, compression, rows, columns)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """,
                version.dataset,
                version.version,
                position,
                part.blob.digest,
                part.blob.size,
                part.format.rawValue,
                part.compression.rawValue,
                part.rows,
                JSON.array(part.columns.map(\.json))
            )
        }
    }

    private static func version(_ row: Row, parts: [DatasetPart]) throws -> DatasetVersion {
        let decision = try row.textOrNil("decided_by").map { actor in
            DatasetDecision(actor: actor, reason: row.textOrNil("reason") ?? "", time: try row.timestamp("decided"))
        }
        return DatasetVersion(
            dataset: try row.text("dataset"),
            version: Int(try row.int("version")),
            status: try known(DatasetStatus(rawValue: row.text("status")), "status"),
            mode: try known(DatasetMode(rawValue: row.text("mode")), "mode"),
            base: row.intOrNil("base").map { Int($0) },
            parts: parts,
            digest: try row.text("digest"),
            rows: try row.int("rows"),
            columns: columns(try row.json("columns")),
            profile: try row.json("profile"),
            checks: (try row.json("checks").array ?? []).compactMap { DatasetCheck(json: $0) },
            failures: (try row.json("failures").array ?? []).map { CheckFailure(json: $0) },
            actor: try row.text("actor"),
            created: try row.timestamp("created"),
            eventTime: row.timestampOrNil("event_time"),
            decision: decision
        )
    }

    private static func columns(_ json: JSON) -> [DatasetColumn] {
        (json.array ?? []).compactMap { column in
            guard let name = column["name"]?.string, let type = column["sql_type"]?.string else { return nil }
            return DatasetColumn(name, sqlType: type)
        }
    }

    private static func known<T>(_ value: T?, _ what: String) throws -> T {
        if let value { return value }
        throw MartletError(.dataLoss, "a stored dataset version has an unknown \(what)")
    }
}
