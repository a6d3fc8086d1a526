import Basics
import Datasets
import Declarations
import Testing

@Suite struct SpecTests {
    private func decode(_ text: String) throws -> (specs: [DatasetSpec], mistakes: [String]) {
        let node = try SpecParser.parse(text, file: "martlet.yaml")
        let diagnostics = Diagnostics()
        let specs = DatasetSpec.decodeAll(node, diagnostics)
        return (specs, diagnostics.all.map(\.description))
    }

    @Test func `every kind of check is read`() throws {
        let (specs, mistakes) = try decode(
            """
            flights:
              description: Landed flights
              owner: operations
              time: landed
              source: data/*.parquet
              checks:
                - {column: distance, type: long, min: 1, max: 6000, nulls: 0.1, unique: true, pattern: "[0-9]+"}
                - {column: origin, values: [EWR, JFK, 1]}
                - {rows: {min: 1000, max: 2000}}
                - {personal_data: forbid, except: [note]}
                - {schema: {new: allow}}
            """
        )
        #expect(mistakes == [])
        #expect(
            specs == [
                DatasetSpec(
                    "flights",
                    description: "Landed flights",
                    owner: "operations",
                    time: "landed",
                    source: "data/*.parquet",
                    checks: [
                        .column(
                            ColumnCheck(
                                "distance",
                                type: .long,
                                min: 1,
                                max: 6000,
                                nulls: 0.1,
                                unique: true,
                                pattern: "[0-9]+"
                            )
                        ),
                        .column(ColumnCheck("origin", values: ["EWR", "JFK", "1"])),
                        .rows(min: 1000, max: 2000),
                        .noPersonalData(except: ["note"]),
                        .schema(SchemaAllowance(new: true)),
                    ]
                )
            ]
        )
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let check: String
        let message: String
        var testDescription: String { check }
    }

    static let mistakes: [Mistake] = [
        Mistake(check: "{colum: a}", message: "'colum' is not a known key (did you mean 'column'?"),
        Mistake(check: "{column: a, type: lon}", message: "'lon' is not known (did you mean 'long'?"),
        Mistake(check: "{column: a, min: 3, max: 2}", message: "max 2.0 is below min 3.0"),
        Mistake(check: "{column: a, nulls: 2}", message: "'2' stands where a number from 0.0 to 1.0 should be"),
        Mistake(check: "{column: a, rows: {min: 1}}", message: "column and rows stand in one check"),
        Mistake(check: "{rows: {min: 1}, unique: true}", message: "'unique' does not go with 'rows'"),
        Mistake(check: "{rows: {least: 1}}", message: "'least' is not a known key"),
        Mistake(check: "{personal_data: allow}", message: "'allow' is not known (there are: forbid)"),
        Mistake(check: "{min: 1}", message: "the check says nothing (one of column, rows, personal_data, schema)"),
    ]

    @Test(arguments: mistakes) func `a mistake is told with its place and what would be right`(_ scenario: Mistake)
        throws
    {
        let (_, mistakes) = try decode("flights:\n  checks:\n    - \(scenario.check)\n")
        #expect(mistakes.contains { $0.hasPrefix("martlet.yaml:3:") && $0.contains(scenario.message) }, "\(mistakes)")
    }

    @Test func `a source that cannot be read yet is refused where it is declared`() throws {
        let (_, mistakes) = try decode("a: {source: 's3://bucket/x.parquet'}")
        #expect(mistakes.count == 1)
        #expect(mistakes.first?.contains("'s3://bucket/x.parquet' cannot be read yet") == true)
    }

    @Test func `declaring twice changes nothing, and another project's name is refused`() async throws {
        let catalog = try await Catalog()
        let spec = DatasetSpec("flights", checks: [.rows(min: 1, max: nil), .column(ColumnCheck("a", type: .long))])
        #expect(try await catalog.declare([spec]).map(\.kind) == [.create])
        #expect(try await catalog.declare([spec]).isEmpty)
        #expect(try await catalog.datasets.dataset("flights").spec == spec)
        var changed = spec
        changed.owner = "risk"
        #expect(try await catalog.datasets.changes(project: "flights", specs: [changed]).map(\.kind) == [.update])
        let error = await failure { try await catalog.declare([spec], project: "other") }
        #expect(error?.message == "dataset 'flights' is declared by project 'flights'")
        #expect(try await catalog.declare([]).map(\.kind) == [.remove])
        #expect(try await catalog.declare([spec], project: "other").map(\.kind) == [.create])
        #expect(try await catalog.events() == ["dataset.declared", "dataset.declared", "dataset.declared"])
    }

    @Test func `an unknown dataset is told with the nearest name`() async throws {
        let catalog = try await Catalog(DatasetSpec("flights"))
        let error = await failure { _ = try await catalog.datasets.dataset("fligths") }
        #expect(error?.description == "dataset 'fligths' is not declared (did you mean 'flights'? there are: flights)")
    }
}
