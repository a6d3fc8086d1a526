import Analytics
import Basics
import Datasets
import Testing

@Suite(.enabled("needs DuckDB", Catalog.hasDuckDB), .timeLimit(.minutes(2)))
struct CheckTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let checks: [DatasetCheck]
        let data: String
        /// What the failures say: check, column, count, rows, values.
        let found: [CheckFailure]
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "values that are out of range",
            checks: [.column(ColumnCheck("x", min: 1, max: 10))],
            data: "x\n0\n1\n10\n11\n12.5\n",
            found: [
                CheckFailure(
                    "min",
                    column: "x",
                    "1 of 5 rows are below 1",
                    count: 1,
                    rows: [1],
                    values: ["0.0"]
                ),
                CheckFailure(
                    "max",
                    column: "x",
                    "2 of 5 rows are above 10",
                    count: 2,
                    rows: [4, 5],
                    values: ["11.0", "12.5"]
                ),
            ]
        ),
        Case(
            name: "too many nulls, NaN among them",
            checks: [.column(ColumnCheck("x", type: .double, nulls: 0.25))],
            data: "x,y\n1.5,a\n,a\nNaN,a\n4,a\n",
            found: [
                CheckFailure(
                    "nulls",
                    column: "x",
                    "2 of 4 rows have no value, at most 25 % may",
                    count: 2,
                    rows: [2, 3],
                    values: ["nan"]
                )
            ]
        ),
        Case(
            name: "infinity is above any maximum",
            checks: [.column(ColumnCheck("x", type: .double, max: 5))],
            data: "x\n1.5\ninf\n",
            found: [
                CheckFailure(
                    "max",
                    column: "x",
                    "1 of 2 rows are above 5",
                    count: 1,
                    rows: [2],
                    values: ["inf"]
                )
            ]
        ),
        Case(
            name: "a text among whole numbers",
            checks: [.column(ColumnCheck("x", type: .long, min: 0))],
            data: "x\n1\nmany\n3\n-4\n",
            found: [
                CheckFailure(
                    "type",
                    column: "x",
                    "1 of 4 rows are string and not long",
                    count: 1,
                    rows: [2],
                    values: ["many"]
                ),
                CheckFailure(
                    "min",
                    column: "x",
                    "1 of 4 rows are below 0",
                    count: 1,
                    rows: [4],
                    values: ["-4"]
                ),
            ]
        ),
        Case(
            name: "a fraction among whole numbers",
            checks: [.column(ColumnCheck("x", type: .long))],
            data: "x\n1.0\n2.5\n3.0\n",
            found: [
                CheckFailure(
                    "type",
                    column: "x",
                    "1 of 3 rows are double and not long",
                    count: 1,
                    rows: [2],
                    values: ["2.5"]
                )
            ]
        ),
        Case(
            name: "a whole number of more than 32 bits",
            checks: [.column(ColumnCheck("x", type: .integer))],
            data: "x\n1\n3000000000\n",
            found: [
                CheckFailure(
                    "type",
                    column: "x",
                    "1 of 2 rows are long and not integer",
                    count: 1,
                    rows: [2],
                    values: ["3000000000"]
                )
            ]
        ),
        Case(
            name: "a value that is not in the list",
            checks: [.column(ColumnCheck("origin", values: ["EWR", "JFK"]))],
            data: "origin,x\nEWR,1\nLAX,2\nJFK,3\nLAX,4\n",
            found: [
                CheckFailure(
                    "values",
                    column: "origin",
                    "2 of 4 rows are none of EWR, JFK",
                    count: 2,
                    rows: [2, 4],
                    values: ["LAX"]
                )
            ]
        ),
        Case(
            name: "numbers in a list are compared as numbers",
            checks: [.column(ColumnCheck("late", values: ["0", "1"]))],
            data: "late\n0.0\n1.0\n2.0\n",
            found: [
                CheckFailure(
                    "values",
                    column: "late",
                    "1 of 3 rows are none of 0, 1",
                    count: 1,
                    rows: [3],
                    values: ["2.0"]
                )
            ]
        ),
        Case(
            name: "a value twice",
            checks: [.column(ColumnCheck("id", unique: true))],
            data: "id,x\na,1\nb,2\na,3\n,4\n,5\n",
            found: [
                CheckFailure(
                    "unique",
                    column: "id",
                    "1 of 5 rows repeat a value",
                    count: 1,
                    rows: [3],
                    values: ["a"]
                )
            ]
        ),
        Case(
            name: "a text of another pattern",
            checks: [.column(ColumnCheck("tail", pattern: "N[0-9]+"))],
            data: "tail\nN123\nX9\nN12'3\n",
            found: [
                CheckFailure(
                    "pattern",
                    column: "tail",
                    "2 of 3 rows do not match N[0-9]+",
                    count: 2,
                    rows: [2, 3],
                    values: ["X9", "N12'3"]
                )
            ]
        ),
        Case(
            name: "a column that is not there",
            checks: [.column(ColumnCheck("distance", min: 0))],
            data: "distanec\n1\n2\n",
            found: [
                CheckFailure(
                    "missing",
                    column: "distance",
                    "is declared and not there; there is a column 'distanec'",
                    count: 2
                )
            ]
        ),
        Case(
            name: "too few rows",
            checks: [.rows(min: 3, max: nil)],
            data: "x\n1\n2\n",
            found: [CheckFailure("rows", "the new data has 2 rows, at least 3 are declared", count: 2)]
        ),
        Case(
            name: "too many rows",
            checks: [.rows(min: nil, max: 1)],
            data: "x\n1\n2\n",
            found: [CheckFailure("rows", "there are 2 rows, at most 1 are declared", count: 1)]
        ),
        Case(
            name: "personal data, which the failure does not repeat",
            checks: [.noPersonalData(except: ["contact"])],
            data: """
                note,contact,number
                "write to ann@example.org, please",bob@example.org,4111111111111111
                call +49 30 1234567,x,4111111111111112
                DE89370400440532013000,x,12
                DE89370400440532013001,x,13
                2013-01-02 is no phone,x,14

                """,
            found: [
                CheckFailure(
                    "personal_data",
                    column: "note",
                    "1 rows hold what looks like an e-mail address",
                    count: 1,
                    rows: [1]
                ),
                CheckFailure(
                    "personal_data",
                    column: "note",
                    "1 rows hold what looks like a phone number",
                    count: 1,
                    rows: [2]
                ),
                CheckFailure(
                    "personal_data",
                    column: "note",
                    "1 rows hold what looks like an IBAN",
                    count: 1,
                    rows: [3]
                ),
                CheckFailure(
                    "personal_data",
                    column: "number",
                    "1 rows hold what looks like a credit card number",
                    count: 1,
                    rows: [1]
                ),
            ]
        ),
        Case(
            name: "data that keeps every rule",
            checks: [
                .column(ColumnCheck("x", type: .double, min: 0, max: 10, nulls: 0, unique: true)),
                .rows(min: 2, max: 2),
                .noPersonalData(except: []),
            ],
            data: "x\n1\n2\n",
            found: []
        ),
    ]

    @Test(arguments: cases) func `a failed check says what, where and how often`(_ scenario: Case) async throws {
        let catalog = try await Catalog(DatasetSpec("flights", checks: scenario.checks))
        let version = try await catalog.add(scenario.data)
        #expect(version.failures == scenario.found)
        #expect(version.status == (scenario.found.isEmpty ? .accepted : .waiting))
    }

    @Test func `an appended part is held against the parts before it`() async throws {
        let catalog = try await Catalog(
            DatasetSpec("flights", checks: [.column(ColumnCheck("id", unique: true)), .rows(min: nil, max: 4)])
        )
        try await catalog.add("id\n1\n2\n3\n")
        let second = try await catalog.add("id\n4\n2\n")
        #expect(second.failures.map(\.check) == ["rows", "unique"])
        #expect(second.failures[1].rows == [2])
        #expect(second.failures[1].message == "1 of 2 rows repeat a value of this or an earlier part")
    }

    @Test func `columns that come, go or change are failures unless they are declared`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        try await catalog.add("a,b,c\n1,x,2013-01-01\n")
        let drifted = try await catalog.add("a,c,d\n1,text,2\n")
        #expect(
            drifted.failures.map(\.message) == [
                "was in the version before and is not there",
                "was datetime in the version before and is string",
                "was not in the version before and no check names it",
            ]
        )
        #expect(try await catalog.datasets.version(name: "flights")?.version == 1)
        let allowance = DatasetCheck.schema(SchemaAllowance(missing: true, changed: true))
        try await catalog.declare([DatasetSpec("flights", checks: [allowance, .column(ColumnCheck("d"))])])
        let allowed = try await catalog.add("a,c,d\n1,text,3\n", mode: .replace)
        #expect(allowed.failures == [])
        #expect(allowed.status == .accepted)
    }

    @Test func `a whole number where there were fractions is no change`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        try await catalog.addParquet("SELECT 1.5::DOUBLE AS x")
        let second = try await catalog.addParquet("SELECT 2::BIGINT AS x")
        #expect(second.status == .accepted)
        #expect(second.columns.map(\.type) == [.double])
    }

    @Test func `a change that a person let pass is text from then on, and no failure the next time`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        try await catalog.addParquet("SELECT TIMESTAMP '2013-01-01' AS x, [1] AS y")
        let changed = try await catalog.addParquet("SELECT 7::BIGINT AS x, 'a' AS y")
        #expect(
            changed.failures.map(\.message) == [
                "was datetime in the version before and is long",
                "was integer[] in the version before and is string",
            ]
        )
        #expect(changed.columns.map(\.type) == [.string, .string])
        try await catalog.datasets.decide("flights", version: 2, accept: true, reason: "new export", actor: "cli:bob")
        let next = try await catalog.addParquet("SELECT 8::BIGINT AS x, 'b' AS y")
        #expect(next.failures == [])
        let sql = try catalog.datasets.sql(of: next)
        let table = try await catalog.analytics.query("SELECT * FROM (\(sql)) ORDER BY x")
        #expect(table["x"]?.values == .string(["2013-01-01 00:00:00", "7", "8"]))
    }

    @Test func `a new column without a value in the parts before is unique only among its own`() async throws {
        let check = DatasetCheck.column(ColumnCheck("id", unique: true))
        let catalog = try await Catalog(DatasetSpec("flights", checks: [check]))
        let first = try await catalog.add("x\n1\n")
        #expect(first.failures.map(\.check) == ["missing"])
        try await catalog.datasets.decide("flights", version: 1, accept: true, reason: "no id yet", actor: "cli:bob")
        #expect(try await catalog.add("x,id\n1,a\n2,b\n").failures == [])
    }
}
