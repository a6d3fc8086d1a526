internal import Basics
internal import CDuckDB

/// Puts a table of ours into a temporary table of a connection, a chunk at a time.
struct TableLoader {
    let connection: DuckDBConnection
    private var api: martlet_duckdb_api { connection.api }

    init(_ connection: DuckDBConnection) { self.connection = connection }

    /// Appends all rows to a table that has been created with the columns of `table`.
    ///
    /// - Throws: `internalError` when DuckDB refuses a chunk.
    func append(_ table: ColumnTable, to name: String) throws {
        guard table.rowCount > 0 else { return }
        var appender: martlet_duckdb_handle?
        guard api.appender_create(connection.handle, nil, name, &appender) == 0 else {
            defer { _ = api.appender_destroy(&appender) }
            throw failure(appender, name)
        }
        defer { _ = api.appender_destroy(&appender) }
        var types = table.columns.map { api.create_logical_type(Int32(bitPattern: Self.number($0.type))) }
        defer { for index in types.indices { api.destroy_logical_type(&types[index]) } }
        var chunk = api.create_data_chunk(&types, UInt64(types.count))
        defer { api.destroy_data_chunk(&chunk) }
        let size = Int(api.vector_size())
        var start = 0
        while start < table.rowCount {
            let rows = start..<min(start + size, table.rowCount)
            api.data_chunk_reset(chunk)
            for (index, column) in table.columns.enumerated() {
                fill(api.data_chunk_get_vector(chunk, UInt64(index)), with: column, rows)
            }
            api.data_chunk_set_size(chunk, UInt64(rows.count))
            guard api.append_data_chunk(appender, chunk) == 0 else { throw failure(appender, name) }
            start = rows.upperBound
        }
        guard api.appender_close(appender) == 0 else { throw failure(appender, name) }
    }

    private func fill(_ vector: martlet_duckdb_handle?, with column: TableColumn, _ rows: Range<Int>) {
        guard let data = api.vector_get_data(vector) else { return }
        switch column.values {
        case .double(let values): copy(values, rows, to: data)
        case .float(let values): copy(values, rows, to: data)
        case .long(let values): copy(values, rows, to: data)
        case .integer(let values): copy(values, rows, to: data)
        case .boolean(let values): copy(values, rows, to: data)
        case .datetime(let values): copy(values, rows, to: data)
        case .string(let values):
            for (at, row) in rows.enumerated() {
                var text = values[row]
                text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { characters in
                        api.vector_assign_string_element_len(
                            vector,
                            UInt64(at),
                            characters.baseAddress,
                            UInt64(characters.count)
                        )
                    }
                }
            }
        }
        if column.validity.isAllValid { return }
        api.vector_ensure_validity_writable(vector)
        let words = api.vector_get_validity(vector)
        for (at, row) in rows.enumerated() where column.isNull(row) { api.validity_set_row_invalid(words, UInt64(at)) }
    }

    private func copy<Value>(_ values: [Value], _ rows: Range<Int>, to data: UnsafeMutableRawPointer) {
        values.withUnsafeBytes { bytes in
            let stride = MemoryLayout<Value>.stride
            guard let base = bytes.baseAddress else { return }
            data.copyMemory(from: base + rows.lowerBound * stride, byteCount: rows.count * stride)
        }
    }

    private func failure(_ appender: martlet_duckdb_handle?, _ name: String) -> MartletError {
        let text = api.appender_error(appender).map { String(cString: $0) } ?? "no reason given"
        return DuckDBFailure.error(text, sql: "append to \(name)")
    }

    /// DuckDB's number of a column type.
    private static func number(_ type: ColumnType) -> UInt32 {
        switch type {
        case .double: MARTLET_DUCKDB_DOUBLE.rawValue
        case .float: MARTLET_DUCKDB_FLOAT.rawValue
        case .long: MARTLET_DUCKDB_BIGINT.rawValue
        case .integer: MARTLET_DUCKDB_INTEGER.rawValue
        case .boolean: MARTLET_DUCKDB_BOOLEAN.rawValue
        case .string: MARTLET_DUCKDB_VARCHAR.rawValue
        case .datetime: MARTLET_DUCKDB_TIMESTAMP_MS.rawValue
        }
    }

    /// DuckDB's name of a column type.
    static func sqlType(_ type: ColumnType) -> String {
        switch type {
        case .double: "DOUBLE"
        case .float: "FLOAT"
        case .long: "BIGINT"
        case .integer: "INTEGER"
        case .boolean: "BOOLEAN"
        case .string: "VARCHAR"
        case .datetime: "TIMESTAMP_MS"
        }
    }
}
