import Analytics
import Basics

/// Computes reference statistics from data files with DuckDB: exact, in memory that does not grow with the rows.
struct ReferenceProfiler {
    /// A category with more values than this has its rest in one bin.
    static let categories = 30
    /// Wider data than this is refused.
    static let columnLimit = 2000

    let session: AnalyticsSession
    let scan: DataScan

    /// - Parameter wanted: The columns to profile; all if `nil`.
    func profile(_ wanted: [String]?) async throws -> (rows: Int64, features: [FeatureProfile]) {
        let schema = try await session.query("SELECT * FROM \(scan.sql) LIMIT 0").schema
        guard schema.count <= Self.columnLimit else {
            throw MartletError(
                .tooLarge,
                "the reference data has \(schema.count) columns",
                hint: "at most \(Self.columnLimit)"
            )
        }
        let known = Set(schema.map(\.name))
        if let missing = wanted?.first(where: { !known.contains($0) }) {
            throw MartletError(
                .notFound,
                "the reference data has no column '\(missing)'",
                hint: Suggestion.hint(for: missing, among: known)
            )
        }
        let chosen = schema.filter { wanted?.contains($0.name) ?? true }
        let counted = try await session.query("SELECT count(*) AS n FROM \(scan.sql)")
        let rows = counted["n"]?.long(0) ?? 0
        guard rows > 0 else {
            throw MartletError(.invalidArgument, "the reference data has no rows", hint: "give the training data")
        }
        var features = try await numbers(chosen.filter(\.type.isNumeric), rows)
        for column in chosen where column.type == .string || column.type == .boolean {
            features.append(try await category(column.name, rows))
        }
        let order = Dictionary(uniqueKeysWithValues: chosen.enumerated().map { ($1.name, $0) })
        features.sort { (order[$0.name] ?? 0) < (order[$1.name] ?? 0) }
        return (rows, features)
    }

    /// A number as a double; NaN counts as null, as it does when predictions are counted.
    private func value(_ column: ColumnSchema) -> String {
        let name = SQLText.identifier(column.name)
        return column.type.isInteger
            ? "\(name)::DOUBLE" : "(CASE WHEN isnan(\(name)) THEN NULL ELSE \(name) END)::DOUBLE"
    }

    /// Two scans for all columns: one for deciles and range, one for how many rows each bin has.
    private func numbers(_ columns: [ColumnSchema], _ rows: Int64) async throws -> [FeatureProfile] {
        guard !columns.isEmpty else { return [] }
        let deciles = SQLText.shares(1..<10)
        let ranges = try await session.query(
            "SELECT "
                + columns.enumerated().map { "min(\(value($1))) AS l\($0), max(\(value($1))) AS h\($0)" }
                .joined(separator: ", ") + " FROM \(scan.sql)"
        )
        let quantiles = try await session.query(
            "SELECT "
                + columns.enumerated().map { "unnest(quantile_disc(\(value($1)), \(deciles))) AS q\($0)" }
                .joined(separator: ", ") + " FROM \(scan.sql)"
        )
        var bins: [(column: ColumnSchema, bins: NumericBins)] = []
        for (index, column) in columns.enumerated() {
            guard let low = ranges["l\(index)"]?.double(0), let high = ranges["h\(index)"]?.double(0) else { continue }
            let edges = (0..<quantiles.rowCount).compactMap { quantiles["q\(index)"]?.double($0) }
            bins.append((column, NumericBins(quantiles: edges, minimum: low, maximum: high)))
        }
        guard !bins.isEmpty else { return [] }
        let counts = try await session.query(
            "SELECT "
                + bins.enumerated().map { index, entry in
                    let value = value(entry.column)
                    let below = entry.bins.edges.enumerated().map {
                        "count(*) FILTER (\(value) <= \(SQLText.number($1))) AS c\(index)_\($0)"
                    }
                    return (below + ["count(\(value)) AS n\(index)"]).joined(separator: ", ")
                }.joined(separator: ", ") + " FROM \(scan.sql)"
        )
        return bins.enumerated().map { index, entry in
            let held = counts["n\(index)"]?.long(0) ?? 0
            let upTo = entry.bins.edges.indices.map { counts["c\(index)_\($0)"]?.long(0) ?? 0 } + [held]
            let each = upTo.indices.map { UInt64(max(0, upTo[$0] - ($0 == 0 ? 0 : upTo[$0 - 1]))) }
            return FeatureProfile(
                name: entry.column.name,
                bins: .number(entry.bins),
                counts: each,
                nulls: UInt64(max(0, rows - held))
            )
        }
    }

    private func category(_ name: String, _ rows: Int64) async throws -> FeatureProfile {
        let column = SQLText.identifier(name)
        let top = try await session.query(
            """
            SELECT \(column)::VARCHAR AS v, count(*) AS n FROM \(scan.sql) WHERE \(column) IS NOT NULL
            GROUP BY 1 ORDER BY n DESC, v LIMIT \(Self.categories + 1)
            """
        )
        let held = try await session.query("SELECT count(\(column)) AS n FROM \(scan.sql)")["n"]?.long(0) ?? 0
        let kept = min(top.rowCount, Self.categories)
        let names = (0..<kept).compactMap { top["v"]?.text($0) }
        let counts = (0..<kept).map { UInt64(max(0, top["n"]?.long($0) ?? 0)) }
        let others = UInt64(max(0, held)) - min(UInt64(max(0, held)), counts.reduce(0, +))
        return FeatureProfile(
            name: name,
            bins: .category(CategoryBins(names, hasOthers: top.rowCount > Self.categories)),
            counts: counts + [others],
            nulls: UInt64(max(0, rows - held))
        )
    }
}

extension SQLText {
    /// Tenths as DuckDB's list: `[0.1, 0.2]`.
    fileprivate static func shares(_ tenths: Range<Int>) -> String {
        "[" + tenths.map { "0.\($0)" }.joined(separator: ", ") + "]"
    }
}
