internal import Analytics
internal import Basics

/// Figures about each column of a version: nulls, range, mean, quantiles, distinct values, most frequent ones, histogram.
struct Profiler {
    /// The quantiles that are told, approximated by t-digest.
    static let quantiles = ["0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"]
    /// How many most frequent values are told.
    static let topValues = 10
    /// How many bars a histogram has.
    static let bins = 20
    /// Columns behind these have their nulls and ranges told, and neither frequent values nor a histogram.
    private static let detailed = 300

    /// Up to how many different values the most frequent ones say something; a key has none that is frequent.
    private static let (fewNumbers, fewTexts): (Int64, Int64) = (100, 20_000)

    let session: AnalyticsSession
    let columns: [DatasetColumn]

    /// The profile of all rows of a query.
    func profile(_ sql: String) async throws -> JSON {
        try await session.execute("CREATE OR REPLACE TEMPORARY VIEW profiled AS \(sql)")
        var profile: JSON = [:]
        var rows: Int64 = 0
        for start in stride(from: 0, to: columns.count, by: 50) {
            let batch = Array(columns[start..<min(start + 50, columns.count)])
            let figures = batch.enumerated().flatMap { index, column in Self.figures(column, prefix: "c\(index)_") }
            let inner = "SELECT count(*) AS n, \(figures.joined(separator: ", ")) FROM profiled"
            let table = try await session.query("SELECT \(Self.selection(batch)) FROM (\(inner))")
            rows = table["n"]?.long(0) ?? 0
            for (index, column) in batch.enumerated() {
                var entry = Self.entry(column, table, prefix: "c\(index)_", rows: rows)
                if start + index < Self.detailed, rows > 0 { try await detail(column, &entry) }
                profile[column.name] = entry
            }
        }
        return ["rows": .int(rows), "columns": profile]
    }

    private static func isFloating(_ column: DatasetColumn) -> Bool { column.type == .double || column.type == .float }

    private static func figures(_ column: DatasetColumn, prefix: String) -> [String] {
        let name = SQLText.identifier(column.name)
        var figures = ["count(*) - count(\(name)) AS \(prefix)nulls"]
        guard let type = column.type else { return figures }
        figures.append("approx_count_distinct(\(name)) AS \(prefix)distinct")
        switch type {
        case .double, .float, .long, .integer:
            let number = "CAST(\(name) AS DOUBLE)"
            let finite = isFloating(column) ? " FILTER (WHERE isfinite(\(name)))" : ""
            figures += [
                "min(\(number))\(finite) AS \(prefix)min", "max(\(number))\(finite) AS \(prefix)max",
                "avg(\(number))\(finite) AS \(prefix)mean", "stddev_samp(\(number))\(finite) AS \(prefix)std",
            ]
            // One digest for all quantiles; `selection` takes the list apart.
            let shares = quantiles.joined(separator: ", ")
            figures.append("approx_quantile(\(number), [\(shares)])\(finite) AS \(prefix)quantiles")
            if isFloating(column) {
                figures += [
                    "count(*) FILTER (WHERE isnan(\(name))) AS \(prefix)nan",
                    "count(*) FILTER (WHERE isinf(\(name))) AS \(prefix)infinite",
                ]
            }
        case .boolean:
            figures.append("avg(CAST(\(name) AS INTEGER)) AS \(prefix)mean")
        case .datetime:
            figures += [
                "min(CAST(\(name) AS TIMESTAMP)) AS \(prefix)min", "max(CAST(\(name) AS TIMESTAMP)) AS \(prefix)max",
            ]
        case .string:
            let length = "length(CAST(\(name) AS VARCHAR))"
            figures += ["min(\(length)) AS \(prefix)shortest", "max(\(length)) AS \(prefix)longest"]
        }
        return figures
    }

    /// All figures, the lists of quantiles as columns of their own.
    private static func selection(_ batch: [DatasetColumn]) -> String {
        let lists = batch.indices.filter { batch[$0].type?.isNumeric == true }.map { "c\($0)_" }
        guard !lists.isEmpty else { return "*" }
        let spread = lists.flatMap { prefix in
            quantiles.indices.map { "\(prefix)quantiles[\($0 + 1)] AS \(prefix)q\($0)" }
        }
        let excluded = lists.map { "\($0)quantiles" }.joined(separator: ", ")
        return "* EXCLUDE (\(excluded)), \(spread.joined(separator: ", "))"
    }

    private static func entry(_ column: DatasetColumn, _ table: ColumnTable, prefix: String, rows: Int64) -> JSON {
        func value(_ name: String) -> JSON? { table["\(prefix)\(name)"]?.json(0) }
        var entry: JSON = ["type": .string(column.typeName)]
        let nulls = table["\(prefix)nulls"]?.long(0) ?? 0
        entry["nulls"] = .int(nulls)
        entry["null_share"] = .double(rows == 0 ? 0 : Double(nulls) / Double(rows))
        for name in ["nan", "infinite", "distinct", "min", "max", "mean", "std", "shortest", "longest"] {
            if let value = value(name) { entry[name] = value }
        }
        // The count is an estimate, good to some percent, and must not say more than there can be.
        if let distinct = entry["distinct"]?.int { entry["distinct"] = .int(min(distinct, rows - nulls)) }
        if value("q0") != nil {
            entry["quantiles"] = .object(
                JSONObject(quantiles.enumerated().map { index, share in (share, value("q\(index)") ?? .null) })
            )
        }
        return entry
    }

    /// Adds the most frequent values of what has few of them or is no number, and the histogram of numbers.
    private func detail(_ column: DatasetColumn, _ entry: inout JSON) async throws {
        guard let type = column.type, type != .datetime else { return }
        let name = SQLText.identifier(column.name)
        let distinct = entry["distinct"]?.int ?? 0
        if distinct <= (type.isNumeric ? Self.fewNumbers : Self.fewTexts) {
            let table = try await session.query(
                """
                SELECT left(CAST(\(name) AS VARCHAR), 200) AS value, count(*) AS n, count(*) OVER () AS groups
                FROM profiled WHERE \(name) IS NOT NULL GROUP BY \(name)
                ORDER BY n DESC, value LIMIT \(Self.topValues)
                """
            )
            entry["top"] = .array(
                (0..<table.rowCount).map { row in
                    ["value": table["value"]?.json(row) ?? .null, "count": table["n"]?.json(row) ?? .null]
                }
            )
            // Counted, not estimated.
            entry["distinct"] = .int(table.rowCount == 0 ? 0 : table["groups"]?.long(0) ?? distinct)
        }
        if type.isNumeric, let low = entry["min"]?.double, let high = entry["max"]?.double {
            entry["histogram"] = try await histogram(column, name, low, high)
        }
    }

    /// Equal bars from the smallest to the largest finite value.
    private func histogram(_ column: DatasetColumn, _ name: String, _ low: Double, _ high: Double) async throws -> JSON
    {
        let bins = high > low ? Self.bins : 1
        let width = high > low ? (high / Double(bins) - low / Double(bins)) : 1
        let finite = Self.isFloating(column) ? "isfinite(\(name))" : "\(name) IS NOT NULL"
        let place = "floor((CAST(\(name) AS DOUBLE) - \(SQLText.number(low))) / \(SQLText.number(width)))"
        let table = try await session.query(
            """
            SELECT CAST(least(greatest(\(place), 0), \(bins - 1)) AS INTEGER) AS bin, count(*) AS n FROM profiled
            WHERE \(finite) GROUP BY 1
            """
        )
        var counts = [Int64](repeating: 0, count: bins)
        for row in 0..<table.rowCount {
            if let bin = table["bin"]?.long(row), counts.indices.contains(Int(bin)) {
                counts[Int(bin)] = table["n"]?.long(row) ?? 0
            }
        }
        let edges = (0...bins).map { $0 == bins ? high : low + width * Double($0) }
        return ["edges": .array(edges.map { .double($0) }), "counts": .array(counts.map { .int($0) })]
    }
}
