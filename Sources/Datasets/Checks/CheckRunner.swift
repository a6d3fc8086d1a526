internal import Analytics
internal import Basics

/// Evaluates the declared checks on new data.
///
/// Rules about values are evaluated on the new part only: what an accepted version holds has been judged already, and a
/// row that a person let pass must not stop every later version. `unique` and `rows` look at all parts together, too.
struct CheckRunner {
    /// How many rows and values a failure shows.
    static let samples = 10
    /// The number of a row in the new part, from 1.
    ///
    /// No column is called so.
    static let rowNumber = "\"martlet:row\""

    let spec: DatasetSpec
    let session: AnalyticsSession
    /// The columns of the new part.
    let columns: [DatasetColumn]
    /// The columns of the version before; nil for the first.
    let before: [DatasetColumn]?
    /// The columns of the newest part of the version before.
    let beforeNewest: [DatasetColumn]
    /// How many rows the new part has, and all parts together.
    let partRows: Int64
    let wholeRows: Int64
    /// SQL of the new part, and of the parts before where it is appended to some.
    let part: String
    let earlier: String?

    /// All failures: of columns first, then of values, then of personal data.
    func run() async throws -> [CheckFailure] {
        try await session.execute("CREATE OR REPLACE TEMPORARY VIEW part AS \(part)")
        try await session.execute(
            "CREATE OR REPLACE TEMPORARY VIEW numbered AS SELECT row_number() OVER () AS \(Self.rowNumber), * FROM (\(part))"
        )
        var failures = SchemaDrift(spec: spec, before: before, beforeNewest: beforeNewest, now: columns, rows: partRows)
            .failures
        failures += rows()
        let missing = Set(failures.filter { $0.check == "missing" }.compactMap(\.column))
        let present = Dictionary(columns.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var rules: [ValueRule] = []
        for check in spec.columnChecks where !missing.contains(check.column) {
            guard let column = present[check.column] else { continue }
            // A column that the earlier parts lack would be taken for the new part's own in a subquery.
            let hasEarlier = earlier != nil && before?.contains { $0.name == check.column } == true
            rules += ValueRule.rules(check, column, rows: partRows, hasEarlier: hasEarlier)
        }
        failures += try await evaluate(rules)
        for case .noPersonalData(let except) in spec.checks {
            failures += try await PersonalDataSearch(session: session, columns: columns, except: Set(except)).run()
        }
        return failures
    }

    private func rows() -> [CheckFailure] {
        spec.checks.flatMap { check -> [CheckFailure] in
            guard case .rows(let min, let max) = check else { return [] }
            var failures: [CheckFailure] = []
            if let min, partRows < min {
                failures.append(
                    CheckFailure(
                        "rows",
                        "the new data has \(partRows) rows, at least \(min) are declared",
                        count: partRows
                    )
                )
            }
            if let max, wholeRows > max {
                failures.append(
                    CheckFailure(
                        "rows",
                        "there are \(wholeRows) rows, at most \(max) are declared",
                        count: wholeRows - max
                    )
                )
            }
            return failures
        }
    }

    private func evaluate(_ rules: [ValueRule]) async throws -> [CheckFailure] {
        if let earlier { try await session.execute("CREATE OR REPLACE TEMPORARY VIEW earlier AS \(earlier)") }
        var failures: [CheckFailure] = []
        for start in stride(from: 0, to: rules.count, by: 100) {
            let batch = Array(rules[start..<min(start + 100, rules.count)])
            let counts = try await self.counts(batch)
            for (rule, count) in zip(batch, counts) where count > rule.allowed {
                failures.append(try await failure(rule, count))
            }
        }
        return failures
    }

    /// One pass over the data for all rules that look at one row at a time; a query each for those that look at all.
    private func counts(_ rules: [ValueRule]) async throws -> [Int64] {
        let filters = rules.enumerated().compactMap { index, rule in
            rule.needsAllRows ? nil : "count(*) FILTER (WHERE \(rule.condition)) AS n\(index)"
        }
        let table =
            filters.isEmpty
            ? ColumnTable() : try await session.query("SELECT \(filters.joined(separator: ", ")) FROM part")
        var counts: [Int64] = []
        for (index, rule) in rules.enumerated() {
            if rule.needsAllRows {
                let answer = try await session.query("SELECT count(*) AS n FROM (\(rule.rowsQuery))")
                counts.append(answer["n"]?.long(0) ?? 0)
            } else {
                counts.append(table["n\(index)"]?.long(0) ?? 0)
            }
        }
        return counts
    }

    private func failure(_ rule: ValueRule, _ count: Int64) async throws -> CheckFailure {
        let table = try await session.query("\(rule.rowsQuery) LIMIT \(Self.samples)")
        let rows = (0..<table.rowCount).compactMap { table.columns[0].long($0) }.sorted()
        var values: [String] = []
        for row in 0..<table.rowCount {
            guard let text = table.columns[1].text(row) else { continue }
            let short = text.count > 60 ? text.prefix(60) + "…" : text
            if !values.contains(short) { values.append(short) }
        }
        return CheckFailure(
            rule.check,
            column: rule.column,
            rule.sentence(count, of: partRows),
            count: count,
            rows: rows,
            values: values
        )
    }
}
