import Analytics
import Basics
import Testing

@Suite(.enabled("needs DuckDB", DuckDBEnvironment.isThere), .timeLimit(.minutes(1)))
struct ErrorTextTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let sql: String
        var parameters: [AnalyticsValue] = []
        let code: MartletErrorCode
        let message: String
        var hint: String?
        var testDescription: String { sql }
    }

    static let cases: [Case] = [
        Case(
            sql: "SELECT nam FROM (SELECT 1 AS name) t",
            code: .invalidArgument,
            message: "DuckDB: Binder Error: Referenced column \"nam\" not found in FROM clause!",
            hint: "Candidate bindings: \"name\""
        ),
        Case(
            sql: "SELEC 1",
            code: .invalidArgument,
            message: "DuckDB: Parser Error: syntax error at or near \"SELEC\""
        ),
        Case(
            sql: "SELECT * FROM read_parquet('no-such-file')",
            code: .notFound,
            message: "DuckDB: IO Error: No files found that match the pattern \"no-such-file\""
        ),
        Case(
            sql: "SELECT CAST('x' AS INTEGER)",
            code: .invalidArgument,
            message: "DuckDB: Conversion Error: Could not convert string 'x' to INT32"
        ),
        Case(
            sql: "SELECT $1 AS a",
            code: .invalidArgument,
            message: "the query takes 1 parameters and was given 0"
        ),
        Case(
            sql: "SELECT [1, 2] AS list",
            code: .unimplemented,
            message: "column 'list' is of a type (LIST) that a table column does not hold",
            hint: "select it as CAST(\"list\" AS VARCHAR), or take it apart in the query"
        ),
        Case(
            sql: "SELECT 170141183460469231731687303715884105727::HUGEINT AS n",
            code: .invalidArgument,
            message: "column 'n', row 0: the whole number has more than 64 bits",
            hint: "select it as CAST(\"n\" AS DOUBLE) or AS VARCHAR"
        ),
        Case(sql: "", code: .invalidArgument, message: "DuckDB: there is no statement"),
        Case(
            sql: "SELECT 1; SELECT $1",
            parameters: [1],
            code: .invalidArgument,
            message: "2 statements were given parameters",
            hint: "give one statement"
        ),
    ]

    @Test(arguments: cases) func `an error says what DuckDB found and what would be right`(_ scenario: Case)
        async throws
    {
        do {
            _ = try await DuckDBEnvironment.shared.query(scenario.sql, scenario.parameters)
            Issue.record("no error")
        } catch let error as MartletError {
            #expect(error.code == scenario.code)
            #expect(error.message == scenario.message)
            #expect(error.hint == scenario.hint)
        }
    }
}
