internal import Analytics
internal import Basics

/// Looks for personal data in the text columns of the new part, and in whole numbers for card numbers.
struct PersonalDataSearch {
    /// How many different suspicious texts of a column are looked at.
    private static let limit = 10_000

    let session: AnalyticsSession
    let columns: [DatasetColumn]
    let except: Set<String>

    /// One failure for each column and kind; the texts themselves are in none of them.
    func run() async throws -> [CheckFailure] {
        var failures: [CheckFailure] = []
        for column in columns where !except.contains(column.name) {
            let kinds: [PersonalData]
            switch column.type {
            case .string: kinds = PersonalData.allCases
            case .long: kinds = [.creditCard]
            case .double, .float, .integer, .boolean, .datetime, nil: continue
            }
            for kind in kinds {
                if let failure = try await search(kind, column.name) { failures.append(failure) }
            }
        }
        return failures
    }

    private func search(_ kind: PersonalData, _ column: String) async throws -> CheckFailure? {
        let text = "CAST(\(SQLText.identifier(column)) AS VARCHAR)"
        let table = try await session.query(
            """
            SELECT regexp_extract(\(text), $1) AS found, count(*) AS n, min(\(CheckRunner.rowNumber)) AS first
            FROM numbered WHERE regexp_matches(\(text), $1) GROUP BY 1 ORDER BY 3 LIMIT \(Self.limit)
            """,
            [.string(kind.pattern)]
        )
        let texts = try table.column("found")
        let confirmed = (0..<table.rowCount).filter { texts.text($0).map(kind.confirms) ?? false }
        guard !confirmed.isEmpty else { return nil }
        let count = confirmed.reduce(Int64(0)) { $0 + (table["n"]?.long($1) ?? 0) }
        return CheckFailure(
            "personal_data",
            column: column,
            "\(count) rows hold what looks like \(kind.rawValue)",
            count: count,
            rows: confirmed.prefix(CheckRunner.samples).compactMap { table["first"]?.long($0) }
        )
    }
}
