public import Basics

/// A connection that several statements use, one after the other; see ``Analytics/withSession(timeLimit:_:)``.
public final class AnalyticsSession: Sendable {
    private let lane: Lane
    private let connection: DuckDBConnection
    private let interruption: Interruption
    private let limit: Duration

    init(_ lane: Lane, _ connection: DuckDBConnection, _ interruption: Interruption, _ limit: Duration) {
        self.lane = lane
        self.connection = connection
        self.interruption = interruption
        self.limit = limit
    }

    /// Runs SQL and gives its rows; see ``Analytics/query(_:_:tables:maximum:timeLimit:)``.
    public func query(
        _ sql: String,
        _ parameters: [AnalyticsValue] = [],
        maximum: Int = 5_000_000
    ) async throws -> ColumnTable {
        try await onLane { query in
            try query.start(sql, parameters)
            guard let table = try query.next(rows: maximum == .max ? maximum : maximum + 1) else {
                return ColumnTable()
            }
            guard table.rowCount <= maximum else {
                throw MartletError(
                    .tooLarge,
                    "the query gives more than \(maximum) rows",
                    hint: "limit or aggregate it, or copy it to a Parquet file"
                )
            }
            return table
        }
    }

    /// Runs SQL for its effect.
    ///
    /// - Returns: How many rows it wrote.
    @discardableResult
    public func execute(_ sql: String, _ parameters: [AnalyticsValue] = []) async throws -> Int {
        try await onLane { query in
            try query.start(sql, parameters)
            // COPY and INSERT answer with one row that holds the count, CREATE with none; other rows are let go.
            var count: Int64?
            while let answer = try query.next(rows: 1), !answer.isEmpty {
                count = count ?? answer.columns.first?.long(0)
            }
            return count.map { Int(clamping: $0) } ?? query.rowsChanged
        }
    }

    /// Hands rows over a piece at a time; see ``Analytics/forEachPiece(_:_:rows:timeLimit:_:)``.
    public func forEachPiece(
        _ sql: String,
        _ parameters: [AnalyticsValue] = [],
        rows: Int = 65_536,
        _ body: (ColumnTable) async throws -> Void
    ) async throws {
        let query = DuckDBQuery(connection, limit: limit, interruption: interruption)
        do {
            try await lane.run { try query.start(sql, parameters) }
            while let piece = try await lane.run({ try query.next(rows: max(1, rows)) }) {
                try await body(piece)
                if piece.isEmpty { break }
            }
        } catch {
            try await lane.run { query.close() }
            throw error
        }
        try await lane.run { query.close() }
    }

    /// Makes a table of ours available under a name, until the session ends.
    ///
    /// - Throws: `invalidArgument` when the name is taken or the table has no columns.
    public func load(_ table: ColumnTable, as name: String) async throws {
        guard !table.columns.isEmpty else {
            throw MartletError(.invalidArgument, "table '\(name)' has no columns", hint: "give it at least one column")
        }
        let columns = table.columns.map { "\(SQLText.identifier($0.name)) \(TableLoader.sqlType($0.type))" }
        try await execute("CREATE TEMPORARY TABLE \(SQLText.identifier(name)) (\(columns.joined(separator: ", ")))")
        let connection = connection
        try await lane.run { try TableLoader(connection).append(table, to: name) }
    }

    /// Writes the rows of a query to a Parquet file: under a temporary name, synced, then renamed.
    ///
    /// - Returns: How many rows were written.
    @discardableResult
    public func copy(_ sql: String, _ parameters: [AnalyticsValue] = [], toParquet path: String) async throws -> Int {
        let file = try PendingFile(path)
        do {
            let rows = try await execute(
                "COPY (\(sql)) TO \(SQLText.literal(file.temporary)) (FORMAT parquet, COMPRESSION zstd)",
                parameters
            )
            try await lane.run { try file.publish() }
            return rows
        } catch {
            try await lane.run { file.discard() }
            throw error
        }
    }

    private func onLane<Result: Sendable>(
        _ body: @Sendable @escaping (DuckDBQuery) throws -> Result
    ) async throws -> Result {
        let query = DuckDBQuery(connection, limit: limit, interruption: interruption)
        return try await lane.run {
            defer { query.close() }
            return try body(query)
        }
    }
}
