import Basics
import Testing

@Suite struct ColumnTableTests {
    let flights: ColumnTable

    init() throws {
        var delay = ColumnBuilder(ColumnSchema("delay", .double))
        delay.append(2.5)
        delay.appendNull()
        delay.append(Int64(-3))
        flights = try ColumnTable([
            .strings("origin", ["JFK", "LGA", "EWR"]), delay.column, .longs("flight", [1, 2, 3]),
        ])
    }

    @Test func `columns keep their order, type and nulls`() throws {
        #expect(flights.rowCount == 3)
        #expect(flights.names == ["origin", "delay", "flight"])
        #expect(flights.schema.map(\.type) == [.string, .double, .long])
        let delay = try flights.column("delay")
        #expect(delay.nullCount == 1)
        #expect(delay.isNull(1))
        #expect(delay.double(1) == nil)
        #expect(delay.doubles?[1].isNaN == true)
        #expect(delay.double(2) == -3)
        #expect(flights["origin"]?.doubles == nil)
        #expect(flights["flight"]?.text(0) == "1")
    }

    @Test func `select, slice, gather and filter take rows and columns`() throws {
        #expect(try flights.select(["flight", "origin"]).names == ["flight", "origin"])
        #expect(flights.dropping(["delay", "unknown"]).names == ["origin", "flight"])
        #expect(flights.slice(1..<99).rowCount == 2)
        #expect(flights.slice(1..<3)["delay"]?.isNull(0) == true)
        #expect(flights.gather([2, 2, 0])["origin"]?.values == .string(["EWR", "EWR", "JFK"]))
        #expect(flights.filter { flights["flight"]?.long($0) == 2 }["origin"]?.text(0) == "LGA")
        #expect(try flights.renaming(["origin": "from"]).names == ["from", "delay", "flight"])
    }

    @Test func `rows of a table with the same columns are appended in whichever order its columns stand`() throws {
        var table = flights
        try table.append(flights.select(["flight", "delay", "origin"]))
        #expect(table.rowCount == 6)
        #expect(table["delay"]?.isNull(4) == true)
        #expect(table["origin"]?.text(5) == "EWR")
    }

    @Test func `nulls survive appending across word boundaries`() {
        var long = ColumnBuilder(ColumnSchema("x", .boolean))
        for row in 0..<200 { if row % 7 == 0 { long.appendNull() } else { long.append(true) } }
        var column = long.column
        column.append(column)
        column.append(TableColumn.booleans("x", [Bool](repeating: true, count: 100)))
        #expect(column.count == 500)
        #expect(column.nullCount == 58)
        #expect((0..<200).allSatisfy { column.isNull($0) == ($0 % 7 == 0) && column.isNull($0 + 200) == ($0 % 7 == 0) })
        #expect((400..<500).allSatisfy { !column.isNull($0) })
    }

    @Test func `bits past the end of a copied validity are ignored`() {
        let words: [UInt64] = [0b101]
        let validity = Validity(words: words, count: 3)
        #expect(validity.nullCount == 1)
        #expect([validity[0], validity[1], validity[2]] == [true, false, true])
    }

    @Test func `records and split go through JSON and back`() throws {
        #expect(flights.record(1) == ["origin": "LGA", "delay": nil, "flight": 2])
        #expect(try ColumnTable(records: flights.records()) == flights)
        let split = flights.split
        let names = try #require(split["columns"]?.array).compactMap(\.string)
        let again = try ColumnTable(columns: names, rows: try #require(split["data"]?.array), schema: flights.schema)
        #expect(again == flights)
    }

    @Test func `types are inferred from all rows, and a schema overrides them`() throws {
        let rows: [JSON] = [["a": 1, "b": nil, "c": true], ["a": 1.5, "d": "x"], ["a": nil]]
        let table = try ColumnTable(records: rows)
        #expect(
            table.schema == [
                ColumnSchema("a", .double), ColumnSchema("b", .double), ColumnSchema("c", .boolean),
                ColumnSchema("d", .string),
            ]
        )
        let typed = try ColumnTable(
            records: [["t": "2013-01-01T05:00:00Z", "n": 3.0, "f": "NaN"]],
            schema: [ColumnSchema("t", .datetime), ColumnSchema("n", .integer), ColumnSchema("f", .float)]
        )
        #expect(typed["t"]?.long(0) == 1_357_016_400_000)
        #expect(typed["n"]?.values == .integer([3]))
        #expect(typed["f"]?.double(0)?.isNaN == true)
    }

    struct ErrorCase: Sendable, CustomTestStringConvertible {
        let name: String
        let body: @Sendable () throws -> Void
        let message: String
        var testDescription: String { name }
    }

    static let errors: [ErrorCase] = [
        ErrorCase(
            name: "a name twice",
            body: { _ = try ColumnTable([.longs("a", []), .longs("a", [])]) },
            message: "column 'a' occurs twice (give each column its own name)"
        ),
        ErrorCase(
            name: "lengths that differ",
            body: { _ = try ColumnTable([.longs("a", [1]), .longs("b", [])]) },
            message: "column 'b' has 0 rows, the others have 1 (give every column the same number of rows)"
        ),
        ErrorCase(
            name: "an unknown column",
            body: { _ = try ColumnTable([.longs("a", [1])]).column("b") },
            message: "there is no column 'b' (the columns are 'a')"
        ),
        ErrorCase(
            name: "another type",
            body: {
                var table = try ColumnTable([.longs("a", [1])])
                try table.append(ColumnTable([.doubles("a", [1])]))
            },
            message: "column 'a' is double in the rows to add (it must be long)"
        ),
        ErrorCase(
            name: "a text among numbers",
            body: { _ = try ColumnTable(records: [["a": 1], ["a": "x"]], schema: [ColumnSchema("a", .double)]) },
            message: "column 'a', row 1: found the text \"x\" (the column takes a number or null)"
        ),
        ErrorCase(
            name: "a number over 32 bits",
            body: { _ = try ColumnTable(records: [["a": 3_000_000_000]], schema: [ColumnSchema("a", .integer)]) },
            message: "column 'a', row 0: found 3000000000 (the column takes a whole number of 32 bits or null)"
        ),
        ErrorCase(
            name: "an undeclared column",
            body: { _ = try ColumnTable(records: [["origni": 1]], schema: [ColumnSchema("origin", .string)]) },
            message: "row 0 has a column 'origni' that is not declared (did you mean 'origin'? there are: origin)"
        ),
        ErrorCase(
            name: "a short row",
            body: { _ = try ColumnTable(columns: ["a", "b"], rows: [[1]]) },
            message: "row 0 has 1 values (each row is an array of 2 values, one for each column)"
        ),
        ErrorCase(
            name: "kinds mixed",
            body: { _ = try ColumnTable(columns: ["a"], rows: [[1], ["x"]]) },
            message: "column 'a' mixes kinds of values (a column holds numbers, truth values or texts, and nulls)"
        ),
    ]

    @Test(arguments: errors) func `an error names column and row and says what would be right`(_ scenario: ErrorCase) {
        #expect { try scenario.body() } throws: { error in
            (error as? MartletError)?.description == scenario.message
        }
    }
}
