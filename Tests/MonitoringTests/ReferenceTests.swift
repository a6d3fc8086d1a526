import Analytics
import Basics
import MartletTesting
import Storage
import Testing

@testable import Monitoring

@Suite(.enabled("there is no DuckDB here", Bench.hasDuckDB)) struct ReferenceTests {
    private func profile(_ table: ColumnTable, _ columns: [String]? = nil) async throws -> [FeatureProfile] {
        let folder = try TemporaryFolder()
        let analytics = Analytics(Bench.analyticsSettings)
        try await analytics.copy("SELECT * FROM data", tables: ["data": table], toParquet: folder.path("part"))
        return try await analytics.withSession { session in
            try await ReferenceProfiler(
                session: session,
                scan: DataScan([folder.path("part"), folder.path("part")], format: .parquet)
            ).profile(columns)
        }.features
    }

    @Test func `statistics by DuckDB are those of the values in memory`() async throws {
        let rain = (0..<500).map { $0 % 10 == 0 ? Double($0) / 100 : 0 }
        var temperatures = ColumnBuilder(ColumnSchema("temp", .double))
        for row in 0..<500 {
            if row % 50 == 0 {
                temperatures.appendNull()
            } else {
                temperatures.append(row == 7 ? .nan : Double(row % 83))
            }
        }
        let carriers = (0..<500).map { "C\($0 % 40)" }
        let table = try ColumnTable([
            .doubles("rain", rain), temperatures.column, .strings("carrier", carriers),
            .booleans("holiday", rain.map { $0 > 0 }), .longs("hour", (0..<500).map { Int64($0 % 24) }),
            .datetimes("at", (0..<500).map { Int64($0) }),
        ])
        let features = try await profile(table)
        #expect(features.map(\.name) == ["rain", "temp", "carrier", "holiday", "hour"])
        let bins = try #require(NumericBins(of: rain + rain))
        #expect(features[0].bins == .number(bins))
        #expect(features[0].counts == bins.counts(rain + rain))
        let known = try #require(table["temp"]?.doubles).filter { !$0.isNaN }
        let known2 = try #require(NumericBins(of: known))
        #expect(features[1].bins == .number(known2))
        #expect(features[1].counts == known2.counts(known + known))
        #expect(features[1].nulls == 22)
        guard case .category(let categories) = features[2].bins else { return #expect(Bool(false)) }
        #expect(categories == CategoryBins(of: carriers))
        #expect(features[2].counts == categories.counts(carriers + carriers))
        #expect(categories.hasOthers)
        #expect(features[3].counts == [902, 98, 0])
        #expect(features[4].nulls == 0)
        for feature in features { #expect(try FeatureProfile(json: JSON(parsing: feature.json.text())) == feature) }
    }

    @Test func `a column that is not there, and data without rows, are told`() async throws {
        let table = try ColumnTable([.doubles("temp", [1])])
        await #expect { try await profile(table, ["tmep"]) } throws: {
            "\($0)" == "the reference data has no column 'tmep' (did you mean 'temp'? there are: temp)"
        }
        await #expect { try await profile(ColumnTable([.doubles("temp", [])])) } throws: {
            "\($0)" == "the reference data has no rows (give the training data)"
        }
    }

    @Test func `only the asked columns are profiled`() async throws {
        let table = try ColumnTable([.doubles("temp", [1]), .doubles("label", [1])])
        #expect(try await profile(table, ["temp"]).map(\.name) == ["temp"])
    }
}
