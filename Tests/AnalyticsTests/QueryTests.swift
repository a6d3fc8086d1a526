import Analytics
import Basics
import Foundation
import Testing

@Suite(.enabled("needs DuckDB", DuckDBEnvironment.isThere), .timeLimit(.minutes(2)))
struct QueryTests {
    let analytics = DuckDBEnvironment.shared

    @Test func `each of DuckDB's plain types arrives in its column type, nulls included`() async throws {
        let table = try await analytics.query(
            """
            SELECT * FROM (VALUES
              (true, 1::TINYINT, 2::SMALLINT, 3::INTEGER, 4::BIGINT, 5::UTINYINT, 6::UINTEGER, 7::UBIGINT, 8::HUGEINT,
               1.5::FLOAT, 2.5::DOUBLE, 12.34::DECIMAL(4,2), 1234567890123456.78::DECIMAL(18,2), 1.5::DECIMAL(38,1),
               'kurz', 'ein Text von mehr als zwölf Bytes', DATE '2013-01-02', TIMESTAMP '1969-12-31 23:59:59.9995',
               TIME '05:06:07.25', '6f1d3f2e-0a0b-4c0d-8e0f-101112131415'::UUID, 'b'::ENUM('a', 'b')),
              (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
               NULL, NULL, NULL, NULL)
            ) t(b, i8, i16, i32, i64, u8, u32, u64, huge, f, d, dec4, dec18, dec38, short, long, day, instant, clock,
                uuid, enumeration)
            """
        )
        #expect(table.rowCount == 2)
        let expected: [(String, ColumnType, JSON)] = [
            ("b", .boolean, true), ("i8", .integer, 1), ("i16", .integer, 2), ("i32", .integer, 3), ("i64", .long, 4),
            ("u8", .integer, 5), ("u32", .long, 6), ("u64", .long, 7), ("huge", .long, 8), ("f", .float, 1.5),
            ("d", .double, 2.5), ("dec4", .double, 12.34), ("dec18", .double, 1_234_567_890_123_456.78),
            ("dec38", .double, 1.5), ("short", .string, "kurz"),
            ("long", .string, "ein Text von mehr als zwölf Bytes"), ("day", .datetime, "2013-01-02T00:00:00.000Z"),
            ("instant", .datetime, "1969-12-31T23:59:59.999Z"), ("clock", .string, "05:06:07.250000"),
            ("uuid", .string, "6f1d3f2e-0a0b-4c0d-8e0f-101112131415"), ("enumeration", .string, "b"),
        ]
        for (name, type, value) in expected {
            let column = try table.column(name)
            #expect(column.type == type, "\(name)")
            #expect(column.json(0) == value, "\(name)")
            #expect(column.isNull(1), "\(name)")
        }
    }

    @Test func `NaN and the infinities arrive as they are`() async throws {
        let table = try await analytics.query("SELECT unnest(['NaN'::DOUBLE, 'inf'::DOUBLE, '-inf'::DOUBLE]) AS x")
        let values = try #require(table["x"]?.doubles)
        #expect(values[0].isNaN && values[1] == .infinity && values[2] == -.infinity)
        let again = try await analytics.query(
            "SELECT \(SQLText.number(.nan)) a, \(SQLText.number(-.infinity)) b, \(SQLText.number(0.1)) c"
        )
        #expect(again["a"]?.double(0)?.isNaN == true)
        #expect(again["b"]?.double(0) == -.infinity)
        #expect(again["c"]?.double(0) == 0.1)
    }

    @Test func `a result of more rows than one vector keeps order, values and nulls`() async throws {
        let table = try await analytics.query(
            "SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'row ' || i END AS t FROM range(100000) r(i) ORDER BY i"
        )
        #expect(table.rowCount == 100_000)
        #expect(table["i"]?.longs == Array(0..<100_000))
        #expect(table["t"]?.nullCount == 33_334)
        #expect(table["t"]?.text(99_998) == "row 99998")
    }

    @Test func `parameters of each kind are bound and never read as SQL`() async throws {
        let table = try await analytics.query(
            "SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d, $5 AS e, $6 AS f, $7::VARCHAR AS g",
            [
                "'; DROP TABLE x; --", 42, 1.5, true, .datetime(Timestamp(milliseconds: 1_357_016_400_000)), nil, "",
            ]
        )
        #expect(table["a"]?.text(0) == "'; DROP TABLE x; --")
        #expect(table["b"]?.long(0) == 42)
        #expect(table["c"]?.double(0) == 1.5)
        #expect(table["d"]?.json(0) == true)
        #expect(table["e"]?.long(0) == 1_357_016_400_000)
        #expect(table["f"]?.isNull(0) == true)
        #expect(table["g"]?.text(0) == "")
    }

    @Test func `names and texts with quotes are quoted`() async throws {
        let name = #"a "b" 'c' ; --"#
        let table = try await analytics.query(
            "SELECT \(SQLText.literal("it's \"so\"")) AS \(SQLText.identifier(name))"
        )
        #expect(table.names == [name])
        #expect(table[name]?.text(0) == "it's \"so\"")
        #expect(SQLText.list(["a", "b'c"]) == "['a', 'b''c']")
    }

    @Test func `a table of ours can be asked and comes back the same`() async throws {
        var builder = ColumnBuilder(ColumnSchema("tail", .string))
        for row in 0..<5000 {
            if row % 5 == 0 { builder.appendNull() } else { builder.append("N\(row) with a long name") }
        }
        let table = try ColumnTable([
            .longs("id", Array(0..<5000)), builder.column, .doubles("x", (0..<5000).map { Double($0) / 7 }),
            .booleans("late", (0..<5000).map { $0 % 2 == 0 }),
            .datetimes("at", (0..<5000).map { 1_357_016_400_000 + $0 }),
            TableColumn("f", .float((0..<5000).map { Float($0) })),
            TableColumn("i", .integer((0..<5000).map { Int32($0) })),
        ])
        let again = try await analytics.query("SELECT * FROM t ORDER BY id", tables: ["t": table])
        #expect(again == table)
    }

    @Test func `rows come in pieces, each of at least the wanted size but the last`() async throws {
        var sizes: [Int] = []
        var sum: Int64 = 0
        try await analytics.forEachPiece("SELECT i FROM range(50000) r(i)", rows: 20_000) { piece in
            sizes.append(piece.rowCount)
            sum += piece["i"]?.longs?.reduce(0, +) ?? 0
        }
        #expect(sizes.count == 3)
        #expect(sizes.reduce(0, +) == 50_000)
        #expect(sizes.dropLast().allSatisfy { $0 >= 20_000 && $0 < 22_100 })
        #expect(sum == 50_000 * 49_999 / 2)
    }

    @Test func `an empty result still has its columns`() async throws {
        let table = try await analytics.query("SELECT 1 AS a, 'x' AS b WHERE false")
        #expect(table.rowCount == 0)
        #expect(table.schema == [ColumnSchema("a", .integer), ColumnSchema("b", .string)])
        var pieces = 0
        try await analytics.forEachPiece("SELECT 1 AS a WHERE false") { piece in
            pieces += 1
            #expect(piece.names == ["a"])
        }
        #expect(pieces == 1)
    }

    @Test func `two columns of one name are told apart`() async throws {
        #expect(try await analytics.query("SELECT 1 AS a, 2 AS a, 3 AS a_1").names == ["a", "a_1", "a_1_1"])
    }

    @Test func `temporary tables live as long as their session and no longer`() async throws {
        let count = try await analytics.withSession { session in
            try await session.execute("CREATE TEMPORARY TABLE mine AS SELECT * FROM range(7)")
            return try await session.query("SELECT count(*) AS n FROM mine")["n"]?.long(0)
        }
        #expect(count == 7)
        await #expect(throws: MartletError.self) { try await analytics.query("SELECT * FROM mine") }
    }

    @Test func `a Parquet file is written whole, under its name only`() async throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/it's.parquet"
        let rows = try await analytics.copy("SELECT i, $1 AS t FROM range(3000) r(i)", ["x"], toParquet: path)
        #expect(rows == 3000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["it's.parquet"])
        let scan = DataScan([path], format: .parquet)
        #expect(try await analytics.query("SELECT count(*) AS n FROM \(scan.sql)")["n"]?.long(0) == 3000)
        await #expect(throws: MartletError.self) {
            try await analytics.copy("SELECT error('no')", toParquet: "\(scratch.path)/failed.parquet")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["it's.parquet"])
    }

    @Test func `CSV and JSON files are read whatever their names, packed or not`() async throws {
        let scratch = try Scratch()
        let csv = try scratch.file("0a1b", "id,\"na\"\"me\",x\n1,a,\n2,\"b,c\",2.5\n")
        let table = try await analytics.query("SELECT * FROM \(DataScan([csv], format: .csv).sql)")
        #expect(table.names == ["id", "na\"me", "x"])
        #expect(table["x"]?.isNull(0) == true)
        #expect(table["na\"me"]?.text(1) == "b,c")
        let typed = DataScan([csv], format: .csv, types: [("id", "VARCHAR")])
        #expect(try await analytics.query("SELECT id FROM \(typed.sql)")["id"]?.type == .string)
        let json = try scratch.file("0a1c", "{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2.5, \"b\": null}\n")
        let objects = try await analytics.query("SELECT * FROM \(DataScan([json], format: .json).sql)")
        #expect(objects["a"]?.doubles == [1, 2.5])
        #expect(DataCompression(prefix: [0x1F, 0x8B, 8, 0]) == .gzip)
        #expect(DataCompression(prefix: Array("id,x".utf8)) == .none)
    }
}
