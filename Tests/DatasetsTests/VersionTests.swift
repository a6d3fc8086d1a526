import Analytics
import Basics
import Datasets
import Foundation
import Ledger
import Storage
import Testing

@Suite(.enabled("needs DuckDB", Catalog.hasDuckDB), .timeLimit(.minutes(2)))
struct VersionTests {
    @Test func `a version has its digest, rows, columns, events and lineage`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights", time: "landed"))
        let version = try await catalog.add(
            "origin,distance,landed\nJFK,1400,2013-01-01 05:00:00\nLGA,719,2013-01-02 06:00:00\n"
        )
        #expect(version.version == 1)
        #expect(version.status == .accepted)
        #expect(version.rows == 2)
        #expect(version.columns.map(\.name) == ["origin", "distance", "landed"])
        #expect(version.columns.map(\.type) == [.string, .long, .datetime])
        #expect(version.digest.count == 64)
        #expect(version.eventTime == Timestamp(iso8601: "2013-01-02T06:00:00Z"))
        #expect(try await catalog.datasets.version(name: "flights") == version)
        #expect(try await catalog.events() == ["dataset.declared", "dataset_version.created"])
        let event = try #require(try await catalog.ledger.events(after: 1).first)
        #expect(event.subject == "dataset:flights@1")
        #expect(event.eventTime == version.eventTime)
        #expect(event.payload["status"] == "accepted")
        #expect(event.payload["rows"] == 2)
    }

    @Test func `an appended part adds to the version before, and both stay as they were`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        let first = try await catalog.addParquet("SELECT i AS id, 'JFK' AS origin FROM range(1000) r(i)")
        let second = try await catalog.add("id,origin\n1000,LGA\n1001,EWR\n")
        #expect(second.rows == 1002)
        #expect(second.parts.map(\.version) == [1, 2])
        #expect(second.base == 1)
        #expect(second.digest != first.digest)
        let sql = try catalog.datasets.sql(of: second)
        let table = try await catalog.analytics.query("SELECT count(*) AS n, sum(id)::BIGINT AS s FROM (\(sql))")
        #expect(table["n"]?.long(0) == 1002)
        #expect(table["s"]?.long(0) == 501_501)
        #expect(try await catalog.datasets.version(name: "flights", version: 1) == first)
        #expect(try catalog.datasets.files(of: second).map(\.name) == ["part-00001.parquet", "part-00002.csv"])
        let edges = try await catalog.ledger.edges(of: "dataset:flights@2", .up)
        #expect(edges.contains { $0.relation == .wasDerivedFrom && $0.object == "dataset:flights@1" })
        let third = try await catalog.add("id,origin\n7,LGA\n", mode: .replace)
        #expect(third.rows == 1)
        #expect(third.parts.count == 1)
    }

    @Test func `the same upload again is the same version, and a part twice is refused`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        let first = try await catalog.add("a\n1\n")
        #expect(try await catalog.add("a\n1\n") == first)
        try await catalog.add("a\n2\n")
        let error = await failure { try await catalog.add("a\n1\n") }
        #expect(error?.code == .alreadyExists)
        #expect(error?.message.contains("is a part of 'flights' already, since version 1") == true)
        #expect(try await catalog.datasets.versions(of: "flights").map(\.version) == [2, 1])
    }

    @Test func `versions added at the same time follow each other`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4 { group.addTask { try await catalog.add("a\n\(number)\n") } }
            try await group.waitForAll()
        }
        let latest = try #require(try await catalog.datasets.version(name: "flights"))
        #expect(latest.version == 4)
        #expect(latest.rows == 4)
    }

    @Test func `a column without a value keeps the type it had, and a code keeps its zeros`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights", checks: [.column(ColumnCheck("zip", type: .string))]))
        let first = try await catalog.add("zip,delay\n01234,1.5\n")
        #expect(first.columns.map(\.type) == [.string, .double])
        let second = try await catalog.add("zip,delay\n00017,\n00018,3\n")
        #expect(second.failures == [])
        #expect(second.columns.map(\.type) == [.string, .double])
        let third = try await catalog.add("zip,delay\n00019,\n")
        #expect(third.status == .accepted)
        let sql = try catalog.datasets.sql(of: third)
        let table = try await catalog.analytics.query("SELECT * FROM (\(sql)) ORDER BY zip")
        #expect(table["zip"]?.values == .string(["00017", "00018", "00019", "01234"]))
        #expect(table["delay"]?.nullCount == 2)
    }

    @Test func `a header without rows is a version of no rows`() async throws {
        let catalog = try await Catalog(
            DatasetSpec("flights", checks: [.column(ColumnCheck("a", type: .long, nulls: 0))])
        )
        let version = try await catalog.add("a,b\n")
        #expect(version.rows == 0)
        #expect(version.status == .accepted)
        #expect(version.profile["rows"] == 0)
        let parquet = try await catalog.addParquet("SELECT 1::BIGINT AS a, 'x' AS b WHERE false", mode: .replace)
        #expect(parquet.rows == 0)
    }

    @Test func `JSON and packed CSV are versions, too`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        let json = try await catalog.add("{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": null}\n", format: nil)
        #expect(json.parts.map(\.format) == [.json])
        #expect(json.rows == 2)
        let path = "\(catalog.folder)/x.csv.gz"
        try await catalog.analytics.withSession { session in
            _ = try await session.execute("COPY (SELECT 3 AS a, 'ü' AS b) TO '\(path)' (FORMAT csv, COMPRESSION gzip)")
        }
        let blob = try await catalog.blobs.put(file: path)
        let packed = try await catalog.datasets.addVersion(
            dataset: "flights",
            parts: [NewPart(blob)],
            mode: .append,
            actor: "cli:ann"
        )
        #expect(packed.parts.map(\.compression) == [.none, .gzip])
        #expect(packed.rows == 3)
        let sql = try catalog.datasets.sql(of: packed)
        #expect(try await catalog.analytics.query("SELECT sum(a)::BIGINT AS s FROM (\(sql))")["s"]?.long(0) == 6)
        #expect(try catalog.datasets.files(of: packed).map(\.name) == ["part-00001.json", "part-00002.csv.gz"])
    }

    @Test func `a packed file that was cut is refused, not read in part`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        let path = "\(catalog.folder)/x.csv.gz"
        try await catalog.analytics.withSession { session in
            let rows = "SELECT i, i * 7 AS x, 'row ' || i AS t FROM range(30000) r(i)"
            _ = try await session.execute("COPY (\(rows)) TO '\(path)' (FORMAT csv, COMPRESSION gzip)")
        }
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        for cut in [1, whole.count / 2] {
            let blob = try await catalog.blobs.put(Array(whole.dropLast(cut)))
            let error = await failure {
                _ = try await catalog.datasets.addVersion(
                    dataset: "flights",
                    parts: [NewPart(blob)],
                    mode: .append,
                    actor: "cli:ann"
                )
            }
            #expect(error?.message.contains("the packed file was cut") == true, "\(error?.description ?? "accepted")")
        }
        let blob = try await catalog.blobs.put(whole)
        let version = try await catalog.datasets.addVersion(
            dataset: "flights",
            parts: [NewPart(blob)],
            mode: .append,
            actor: "cli:ann"
        )
        #expect(version.rows == 30_000)
    }

    @Test func `columns with quotes and odd names are profiled and checked`() async throws {
        let name = "a \"b\" 'c';--"
        let catalog = try await Catalog(
            DatasetSpec(
                "flights",
                checks: [.column(ColumnCheck(name, type: .long, min: 2, values: ["1", "2"], unique: true))]
            )
        )
        let version = try await catalog.add("\"a \"\"b\"\" 'c';--\",x\n1,it's\n2,\"\"\"q\"\"\"\n")
        #expect(version.failures.map(\.check) == ["min"])
        #expect(version.profile["columns"]?[name]?["max"] == 2.0)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let format: DataFormat?
        let message: String
        var testDescription: String { name }
    }

    static let bad: [Bad] = [
        Bad(name: "an empty file", bytes: [], format: .csv, message: "the file is empty"),
        Bad(
            name: "a CSV as Parquet",
            bytes: Array("a\n1\n".utf8),
            format: .parquet,
            message: "the file is not Parquet: it does not begin with PAR1"
        ),
        Bad(
            name: "Parquet as CSV",
            bytes: Array("PAR1 and more".utf8),
            format: .csv,
            message: "the file is Parquet and was sent as csv"
        ),
        Bad(
            name: "damaged Parquet",
            bytes: Array("PAR1 and nothing that could be read".utf8),
            format: nil,
            message: "the file cannot be read as parquet: "
        ),
        Bad(
            name: "damaged JSON",
            bytes: Array("{\"a\": 1".utf8),
            format: .json,
            message: "the file cannot be read as json: "
        ),
        Bad(
            name: "damaged gzip",
            bytes: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4],
            format: .csv,
            message: "the file cannot be read as csv: "
        ),
    ]

    @Test(arguments: bad) func `a file that cannot be read is refused, and no version is made`(_ scenario: Bad)
        async throws
    {
        let catalog = try await Catalog(DatasetSpec("flights"))
        let blob = try await catalog.blobs.put(scenario.bytes)
        let error = await failure {
            _ = try await catalog.datasets.addVersion(
                dataset: "flights",
                parts: [NewPart(blob, format: scenario.format)],
                mode: .append,
                actor: "cli:ann"
            )
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix(scenario.message) == true, "\(error?.description ?? "")")
        #expect(error?.message.contains(catalog.folder) == false)
        #expect(try await catalog.datasets.versions(of: "flights").isEmpty)
    }

    @Test func `a source is read from the project's folder, once, and never from outside`() async throws {
        let catalog = try await Catalog(
            DatasetSpec("flights", source: "data/*.csv"),
            DatasetSpec("climbing", source: "../x.csv"),
            DatasetSpec("linked", source: "linked.csv"),
            DatasetSpec("absolute", source: "/etc/passwd"),
            DatasetSpec("nothing", source: "none*.csv")
        )
        let project = "\(catalog.folder)/project [1]"
        try FileManager.default.createDirectory(atPath: "\(project)/data", withIntermediateDirectories: true)
        try Data("a\n1\n".utf8).write(to: URL(fileURLWithPath: "\(project)/data/1.csv"))
        try Data("a\n2\n".utf8).write(to: URL(fileURLWithPath: "\(project)/data/2.csv"))
        try FileManager.default.createSymbolicLink(
            atPath: "\(project)/linked.csv",
            withDestinationPath: "\(catalog.folder)/martlet.db"
        )
        let first = try await catalog.datasets.refresh("flights", folder: project, actor: "cli:ann")
        #expect(first?.rows == 2)
        #expect(try await catalog.datasets.refresh("flights", folder: project, actor: "cli:ann") == first)
        try Data("a\n3\n".utf8).write(to: URL(fileURLWithPath: "\(project)/data/3.csv"))
        #expect(try await catalog.datasets.refresh("flights", folder: project, actor: "cli:ann")?.version == 2)
        for (name, code) in [
            ("climbing", MartletErrorCode.permissionDenied), ("linked", .permissionDenied),
            ("absolute", .permissionDenied),
            ("nothing", .notFound),
        ] {
            let error = await failure {
                _ = try await catalog.datasets.refresh(name, folder: project, actor: "cli:ann")
            }
            #expect(error?.code == code, "\(name)")
        }
    }
}
