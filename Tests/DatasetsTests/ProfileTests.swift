import Basics
import Datasets
import Testing

@Suite(.enabled("needs DuckDB", Catalog.hasDuckDB), .timeLimit(.minutes(2)))
struct ProfileTests {
    @Test func `numbers have range, mean, quantiles and a histogram without what is no number`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        let version = try await catalog.addParquet(
            """
            SELECT CASE WHEN i = 1000 THEN NULL WHEN i = 1001 THEN 'NaN'::DOUBLE WHEN i = 1002 THEN 'inf'::DOUBLE
                ELSE i::DOUBLE END AS x FROM range(1003) r(i)
            """
        )
        let profile = try #require(version.profile["columns"]?["x"])
        #expect(profile["type"] == "double")
        #expect(profile["nulls"] == 1)
        #expect(profile["nan"] == 1)
        #expect(profile["infinite"] == 1)
        #expect(profile["min"] == 0.0)
        #expect(profile["max"] == 999.0)
        #expect(profile["mean"] == 499.5)
        #expect(abs((profile["quantiles"]?["0.5"]?.double ?? 0) - 499.5) < 10)
        #expect(abs((profile["distinct"]?.double ?? 0) - 1002) < 100)
        let counts = try #require(profile["histogram"]?["counts"]?.array).compactMap(\.int)
        #expect(counts.count == 20)
        #expect(counts.reduce(0, +) == 1000)
        #expect(counts.allSatisfy { (49...51).contains($0) })
        #expect(profile["histogram"]?["edges"]?[20] == 999.0)
    }

    @Test func `texts have their most frequent values, instants their range, truth values their share`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        let version = try await catalog.addParquet(
            """
            SELECT CASE WHEN i % 10 < 6 THEN 'EWR' WHEN i % 10 < 9 THEN 'JFK' END AS origin, i % 4 = 0 AS late,
                TIMESTAMP '2013-01-01' + INTERVAL (i) HOUR AS at, [i] AS nested
            FROM range(100) r(i)
            """
        )
        let columns = try #require(version.profile["columns"])
        #expect(columns["origin"]?["top"] == [["value": "EWR", "count": 60], ["value": "JFK", "count": 30]])
        #expect(columns["origin"]?["nulls"] == 10)
        #expect(columns["origin"]?["null_share"] == 0.1)
        #expect(columns["origin"]?["longest"] == 3)
        #expect(columns["late"]?["mean"] == 0.25)
        #expect(columns["at"]?["min"] == "2013-01-01T00:00:00.000Z")
        #expect(columns["at"]?["max"] == "2013-01-05T03:00:00.000Z")
        #expect(columns["nested"]?["type"] == "bigint[]")
        #expect(columns["nested"]?["nulls"] == 0)
    }

    @Test func `one value alone has a histogram of one bar`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        let version = try await catalog.add("x,huge\n5,9223372036854775807\n5,-9223372036854775808\n")
        #expect(version.profile["columns"]?["x"]?["histogram"] == ["edges": [5.0, 5.0], "counts": [2]])
        #expect(version.profile["columns"]?["huge"]?["histogram"]?["counts"]?[0] == 1)
    }
}
