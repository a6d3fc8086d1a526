internal import Basics
internal import CDuckDB

/// One statement on its way: prepared, bound, started, fetched chunk by chunk.
///
/// `@unchecked Sendable`: used by one lane's thread at a time, as its connection is.
final class DuckDBQuery: @unchecked Sendable {
    private let connection: DuckDBConnection
    private let limit: Duration
    private let interruption: Interruption
    private var sql = ""
    private var result = martlet_duckdb_result()
    private var hasResult = false
    private var isExhausted = false
    private var reader: ChunkReader?

    init(_ connection: DuckDBConnection, limit: Duration, interruption: Interruption = Interruption()) {
        self.connection = connection
        self.limit = limit
        self.interruption = interruption
    }

    private var api: martlet_duckdb_api { connection.api }

    /// Runs all statements of a text; the last one's rows are then to be fetched.
    ///
    /// - Throws: DuckDB's refusal; `cancelled` or `deadlineExceeded` when the query was stopped.
    func start(_ sql: String, _ parameters: [AnalyticsValue]) throws {
        self.sql = sql
        guard !sql.utf8.contains(0) else {
            throw MartletError(.invalidArgument, "the SQL holds a zero byte", hint: "pass texts as parameters")
        }
        let connection = connection
        guard interruption.began({ connection.interrupt() }) else { return try interruption.check(limit: limit) }
        var extracted: martlet_duckdb_handle?
        let count = api.extract_statements(connection.handle, sql, &extracted)
        defer { api.destroy_extracted(&extracted) }
        guard count > 0 else {
            let reason = api.extract_statements_error(extracted).map { String(cString: $0) } ?? "there is no statement"
            throw failure(reason)
        }
        guard count == 1 || parameters.isEmpty else {
            throw MartletError(
                .invalidArgument,
                "\(count) statements were given parameters",
                hint: "give one statement"
            )
        }
        for index in 0..<count {
            var prepared: martlet_duckdb_handle?
            defer { api.destroy_prepare(&prepared) }
            guard api.prepare_extracted_statement(connection.handle, extracted, index, &prepared) == 0 else {
                throw failure(api.prepare_error(prepared).map { String(cString: $0) } ?? "")
            }
            try bind(parameters, to: prepared)
            try execute(prepared)
        }
    }

    private func execute(_ prepared: martlet_duckdb_handle?) throws {
        var pending: martlet_duckdb_handle?
        defer { api.destroy_pending(&pending) }
        guard api.pending_prepared_streaming(prepared, &pending) == 0 else {
            throw failure(api.pending_error(pending).map { String(cString: $0) } ?? "")
        }
        // DuckDB clears its flag when it makes a statement pending. Whoever stopped us before is seen here, whoever
        // does from now on is seen by DuckDB.
        try interruption.check(limit: limit)
        closeResult()
        hasResult = true
        isExhausted = false
        guard api.execute_pending(pending, &result) == 0 else {
            throw failure(api.result_error(&result).map { String(cString: $0) } ?? "")
        }
        reader = nil
    }

    private func bind(_ parameters: [AnalyticsValue], to prepared: martlet_duckdb_handle?) throws {
        let expected = Int(api.nparams(prepared))
        guard expected == parameters.count else {
            throw MartletError(
                .invalidArgument,
                "the query takes \(expected) parameters and was given \(parameters.count)",
                cause: DuckDBFailure.Statement(sql: sql, text: "")
            )
        }
        for (position, parameter) in parameters.enumerated() {
            let index = UInt64(position + 1)
            let state =
                switch parameter {
                case .null: api.bind_null(prepared, index)
                case .boolean(let value): api.bind_boolean(prepared, index, value)
                case .long(let value): api.bind_int64(prepared, index, value)
                case .double(let value): api.bind_double(prepared, index, value)
                case .string(let value): bind(value, to: prepared, index)
                case .blob(let value): api.bind_blob(prepared, index, value, UInt64(value.count))
                case .datetime(let value): try bind(value, to: prepared, index)
                }
            guard state == 0 else { throw failure(api.prepare_error(prepared).map { String(cString: $0) } ?? "") }
        }
    }

    private func bind(_ text: String, to prepared: martlet_duckdb_handle?, _ index: UInt64) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                if let base = characters.baseAddress {
                    return api.bind_varchar_length(prepared, index, base, UInt64(characters.count))
                }
                return api.bind_varchar_length(prepared, index, "", 0)
            }
        }
    }

    private func bind(_ time: Timestamp, to prepared: martlet_duckdb_handle?, _ index: UInt64) throws -> Int32 {
        let (micros, overflow) = time.milliseconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { throw MartletError(.invalidArgument, "parameter \(index) is a time out of range") }
        return api.bind_timestamp(prepared, index, martlet_duckdb_timestamp(micros: micros))
    }

    /// How many rows the statement wrote.
    var rowsChanged: Int { hasResult ? Int(clamping: api.rows_changed(&result)) : 0 }

    /// The next rows, at least `rows` of them unless the end is reached; nil after the end.
    ///
    /// - Throws: DuckDB's failure, `cancelled` or `deadlineExceeded`.
    func next(rows: Int) throws -> ColumnTable? {
        if reader == nil { reader = try ChunkReader(&result, api: api) }
        guard let reader else { return nil }
        reader.begin()
        // A stream that has ended is closed; asking it again would be a failure.
        while reader.count < rows, !isExhausted {
            try interruption.check(limit: limit)
            var chunk = api.fetch_chunk(result)
            guard chunk != nil else {
                // No chunk is the end or a failure in the middle of a stream.
                isExhausted = true
                if let text = api.result_error(&result), text.pointee != 0 { throw failure(String(cString: text)) }
                break
            }
            defer { api.destroy_data_chunk(&chunk) }
            if api.data_chunk_get_size(chunk) == 0 { isExhausted = true }
            try reader.append(chunk)
        }
        try interruption.check(limit: limit)
        return reader.count == 0 && reader.isStarted ? nil : try reader.finish()
    }

    private func failure(_ text: String) -> MartletError {
        interruption.error(limit: limit) ?? DuckDBFailure.error(text, sql: sql)
    }

    /// Frees what DuckDB holds for the statement.
    func close() {
        interruption.ended()
        closeResult()
        reader = nil
    }

    private func closeResult() {
        if hasResult { api.destroy_result(&result) }
        hasResult = false
    }

    deinit { closeResult() }
}
