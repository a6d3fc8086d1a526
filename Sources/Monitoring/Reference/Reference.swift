import Basics
import Storage

/// What the predictions of a version are compared with.
struct Reference: Sendable {
    /// Its number; windows name it, so that counts under other bins are never mixed.
    let number: Int64
    let model: String
    let version: Int64
    let rows: Int64
    let features: [FeatureProfile]
    var scores: ScoreProfile?

    var scale: ScoreScale { scores?.scale ?? .unit }

    static func newest(_ tx: Transaction, deployment: String, version: Int64) throws -> Reference? {
        try tx.row(
            "SELECT * FROM monitoring_references WHERE deployment = $1 AND version = $2 ORDER BY number DESC LIMIT 1",
            deployment,
            version
        ).map(Reference.init)
    }

    static func numbered(_ tx: Transaction, _ number: Int64) throws -> Reference? {
        guard number > 0 else { return nil }
        return try tx.row("SELECT * FROM monitoring_references WHERE number = $1", number).map(Reference.init)
    }

    init(_ row: Row) throws {
        number = try row.int("number")
        model = try row.text("model")
        version = try row.int("version")
        rows = try row.int("row_count")
        features = try (try row.json("profile")["features"]?.array ?? []).map(FeatureProfile.init(json:))
        scores = try row.bytesOrNil("scores").map(ScoreProfile.init(packed:))
    }
}

/// Reference statistics that are computed and not stored yet; see ``Monitoring/prepareReference``.
public struct ReferenceDraft: Sendable {
    let deployment: String
    let model: String
    let version: Int
    let rows: Int64
    let features: [FeatureProfile]
    let scores: ScoreProfile?

    /// The features that will be compared.
    public var featureNames: [String] { features.map(\.name) }

    func store(_ tx: Transaction, at time: Timestamp) throws -> Int64 {
        guard
            let number = try tx.row(
                "UPDATE monitoring_numbers SET last = last + 1 WHERE name = 'reference' RETURNING last"
            )?.int("last")
        else { throw PackedReader.damaged }
        try tx.execute(
            """
            INSERT INTO monitoring_references (number, deployment, model, version, time, row_count, profile, scores)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            number,
            deployment,
            model,
            version,
            time,
            rows,
            ["features": .array(features.map(\.json))] as JSON,
            scores?.packed
        )
        return number
    }
}
