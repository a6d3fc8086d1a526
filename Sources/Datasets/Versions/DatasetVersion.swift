public import Analytics
public import Basics
public import Storage

/// A declared dataset and its newest version.
public struct Dataset: Sendable, Hashable {
    /// What is declared.
    public let spec: DatasetSpec
    /// The project that declares it.
    public let project: String
    /// Whether its project still declares it.
    public let isDeclared: Bool
    /// The newest accepted version's number; nil while there is none.
    public let latest: Int?
    /// Versions that wait for a person.
    public let waiting: [Int]

    /// The name.
    public var name: String { spec.name }

    /// The dataset as the API shows it.
    public var json: JSON {
        var json = spec.json
        json["name"] = .string(name)
        json["project"] = .string(project)
        json["declared"] = .bool(isDeclared)
        json["latest"] = JSON(latest)
        json["waiting"] = .array(waiting.map { JSON($0) })
        return json
    }
}

/// Whether a version may be used.
public enum DatasetStatus: String, Sendable, Hashable, CaseIterable {
    /// Its checks passed, or a person accepted it.
    case accepted
    /// A person rejected it.
    case rejected
    /// A check failed, and nobody has decided yet.
    case waiting
}

/// How a version comes from the one before it.
public enum DatasetMode: String, Sendable, Hashable, CaseIterable {
    /// The new parts are all of it.
    case replace
    /// The new parts follow those of the newest accepted version.
    case append
}

/// A column of a dataset version.
public struct DatasetColumn: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The type that a table column of it has; nil for nested values and bytes.
    public let type: ColumnType?
    /// DuckDB's type.
    public let sqlType: String

    init(_ name: String, sqlType: String) {
        self.name = name
        self.sqlType = sqlType
        type = ColumnType(sql: sqlType)
    }

    /// Whether both columns' values are of one kind: the same type, or numbers of any width.
    func goesWith(_ other: DatasetColumn) -> Bool {
        if let type, let theirs = other.type { return type == theirs || type.isNumeric && theirs.isNumeric }
        return sqlType == other.sqlType
    }

    /// The type's name as it is shown: a column type, or DuckDB's own.
    public var typeName: String { type?.rawValue ?? sqlType.lowercased() }

    var json: JSON { ["name": .string(name), "type": .string(typeName), "sql_type": .string(sqlType)] }
}

/// A file of a dataset version.
public struct DatasetPart: Sendable, Hashable {
    /// The stored bytes.
    public let blob: Blob
    /// Their form.
    public let format: DataFormat
    /// How they are packed.
    public let compression: DataCompression
    /// How many rows they have.
    public let rows: Int64
    /// The version that the part came with.
    public let version: Int
    /// The columns, as they are read.
    public let columns: [DatasetColumn]

    var json: JSON {
        [
            "digest": .string(blob.digest), "size": .int(blob.size), "format": .string(format.rawValue),
            "compression": .string(compression.rawValue), "rows": .int(rows), "version": JSON(version),
        ]
    }
}

/// One state of a dataset, never changed once stored; only a waiting one may be accepted or rejected.
public struct DatasetVersion: Sendable, Hashable {
    /// The dataset's name.
    public let dataset: String
    /// The number, from 1.
    public let version: Int
    /// Whether it may be used.
    public let status: DatasetStatus
    /// How it comes from the one before it.
    public let mode: DatasetMode
    /// The version that it continues or replaces; nil for the first.
    public let base: Int?
    /// All files, in order.
    public let parts: [DatasetPart]
    /// SHA-256 over the parts' digests and forms, in order.
    public let digest: String
    /// How many rows all parts have.
    public let rows: Int64
    /// The columns of all parts together.
    public let columns: [DatasetColumn]
    /// Figures about each column.
    public let profile: JSON
    /// The rules that it was held against, as they were declared then.
    public let checks: [DatasetCheck]
    /// Where it breaks them.
    public let failures: [CheckFailure]
    /// Who added it.
    public let actor: String
    /// When it was added.
    public let created: Timestamp
    /// When its newest row happened, where that is known.
    public let eventTime: Timestamp?
    /// Who decided, when and why, where a person did.
    public let decision: DatasetDecision?

    /// The address in lineage: `dataset:NAME@VERSION`.
    public var address: String { "dataset:\(dataset)@\(version)" }

    /// The version as the API shows it.
    ///
    /// - Parameter complete: With parts and profile, which may be long.
    public func json(complete: Bool) -> JSON {
        var json: JSON = [
            "dataset": .string(dataset), "version": JSON(version), "address": .string(address),
            "status": .string(status.rawValue), "mode": .string(mode.rawValue), "base": JSON(base),
            "digest": .string(digest), "rows": .int(rows), "actor": .string(actor), "created": JSON(created),
            "event_time": JSON(eventTime), "failures": .array(failures.map(\.json)),
            "schema": .array(columns.map(\.json)),
        ]
        if let decision { json["decision"] = decision.json }
        if complete {
            json["parts"] = .array(parts.map(\.json))
            json["checks"] = .array(
                checks.map { check in
                    var json = check.json
                    json["passed"] = .bool(!failures.contains { check.isBroken(by: $0) })
                    return json
                }
            )
            json["profile"] = profile
        }
        return json
    }
}

/// A person's decision about a version that waited.
public struct DatasetDecision: Sendable, Hashable {
    /// Who decided.
    public let actor: String
    /// Why.
    public let reason: String
    /// When.
    public let time: Timestamp

    var json: JSON { ["actor": .string(actor), "reason": .string(reason), "time": JSON(time)] }
}
