internal import Basics
internal import CDuckDB

/// Copies DuckDB's vectors into the columns of a table, a vector at a time.
///
/// Not `Sendable`: owned by one query.
final class ChunkReader {
    private let api: martlet_duckdb_api
    private var columns: [VectorReader]
    /// Rows collected since `begin`.
    private(set) var count = 0
    /// Whether a table was handed out: an empty result gives one table without rows, not none.
    private(set) var isStarted = false

    /// - Throws: `unimplemented` for a column of a type that no table column holds.
    init(_ result: inout martlet_duckdb_result, api: martlet_duckdb_api) throws {
        self.api = api
        columns = []
        for index in 0..<api.column_count(&result) {
            columns.append(try VectorReader(&result, index, api: api))
        }
        makeNamesUnique()
    }

    /// `SELECT a, a` gives two columns of one name; the second becomes `a_1`.
    private func makeNamesUnique() {
        var seen: Set<String> = []
        for index in columns.indices {
            var name = columns[index].name
            var number = 0
            while !seen.insert(name).inserted {
                number += 1
                name = "\(columns[index].name)_\(number)"
            }
            columns[index].name = name
        }
    }

    func begin() {
        count = 0
        for index in columns.indices { columns[index].begin() }
    }

    func append(_ chunk: martlet_duckdb_handle?) throws {
        let rows = Int(api.data_chunk_get_size(chunk))
        for index in columns.indices {
            let vector = api.data_chunk_get_vector(chunk, UInt64(index))
            try columns[index].append(
                data: api.vector_get_data(vector),
                validity: api.vector_get_validity(vector),
                rows
            )
        }
        count += rows
    }

    func finish() throws -> ColumnTable {
        isStarted = true
        return try ColumnTable(columns.map(\.column))
    }
}
