import Basics
import Ledger
import MartletTesting
import Storage
import Testing
import Tracking

@testable import Registry

@Suite struct `Model versions and aliases` {
    @Test func `a version is numbered from one, knows its run, and is told as an event with lineage`() async throws {
        let fixture = try await RegistryFixture()
        #expect(try await fixture.version().version == 1)
        let second = try await fixture.version()
        #expect(second.version == 2)
        #expect(second.runID == fixture.run.id)
        #expect(second.location == fixture.run.info.artifactURI + "/model")
        let events = try await fixture.store.ledger.events(after: 0, subject: "model:flights/2")
        #expect(events.map(\.kind) == ["model_version.created"])
        #expect(events.first?.payload["run_id"]?.string == fixture.run.id)
        let edges = try await fixture.store.ledger.edges(of: "model:flights/2", .up)
        #expect(edges.map(\.object) == ["run:\(fixture.run.id)"])
    }

    @Test func `an alias moves within the caller's transaction or not at all`() async throws {
        let fixture = try await RegistryFixture()
        for _ in 0..<2 { _ = try await fixture.version() }
        let registry = fixture.registry
        try await fixture.store.database.write { tx in
            try registry.setAlias(tx, name: "flights", alias: "champion", version: 1, actor: "test")
        }
        await #expect(throws: MartletError.self) {
            try await fixture.store.database.write { tx in
                try registry.setAlias(tx, name: "flights", alias: "champion", version: 2, actor: "test")
                throw MartletError(.conflict, "the rest of the promotion failed")
            }
        }
        #expect(try await registry.version(name: "flights", alias: "champion")?.version == 1)
        try await fixture.store.database.write { tx in
            try registry.setAlias(tx, name: "flights", alias: "champion", version: 2, actor: "test")
        }
        let events = try await fixture.store.ledger.events(after: 0, kinds: ["alias.set"])
        #expect(events.map { $0.payload["previous"] } == [.null, .int(1)])
        #expect(try await registry.version(name: "flights", version: 2).aliases == ["champion"])
        #expect(try await registry.version(name: "flights", alias: "challenger") == nil)
    }

    @Test func `a model's URI names a version by number, alias or as the latest`() async throws {
        let fixture = try await RegistryFixture()
        for _ in 0..<2 { _ = try await fixture.version() }
        try await fixture.store.database.write { [registry = fixture.registry] tx in
            try registry.setAlias(tx, name: "flights", alias: "champion", version: 1, actor: "test")
        }
        for uri in ["models:/flights/1", "models:/flights@champion", "models:/flights/latest"] {
            #expect(try await fixture.registry.resolve(modelURI: uri) == fixture.run.info.artifactURI + "/model")
        }
        for uri in ["models:/flights/9", "models:/flights@nobody", "models:/nobody/1", "models:/m-0"] {
            let error = await #expect(throws: MartletError.self) { try await fixture.registry.resolve(modelURI: uri) }
            #expect(error?.code == .notFound)
        }
        for uri in [
            "models:/", "models:flights", "models://host/flights/1", "models:/flights", "models:/a/b/c", "models:/a/x",
        ] {
            let error = await #expect(throws: MartletError.self) { try await fixture.registry.resolve(modelURI: uri) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test(arguments: ["latest", "LATEST", "v1", "V23", "a b", "a/b", "", String(repeating: "a", count: 256)])
    func `a reserved or malformed alias is refused`(_ alias: String) async throws {
        let fixture = try await RegistryFixture()
        _ = try await fixture.version()
        let error = await #expect(throws: MartletError.self) {
            try await fixture.store.database.write { [registry = fixture.registry] tx in
                try registry.setAlias(tx, name: "flights", alias: alias, version: 1, actor: "test")
            }
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: ["a/b", "a:b", "", "..", "../x", "a\nb", String(repeating: "n", count: 257)])
    func `a model's name that could be a path is refused`(_ name: String) async throws {
        let fixture = try await RegistryFixture()
        let error = await #expect(throws: MartletError.self) { try await fixture.version(of: name) }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: [
        "/etc", "file:///etc", "s3://b/k", "http://h/x", "mlflow-artifacts:/../x", "runs:/../x", "", "models:/m-x/../y",
    ])
    func `a source outside the own store is refused and takes no number`(_ source: String) async throws {
        let fixture = try await RegistryFixture()
        await #expect(throws: MartletError.self) {
            try await fixture.registry.createVersion(name: "flights", source: source, actor: "test")
        }
        #expect(try await fixture.version().version == 1)
    }
}

@Suite struct `Model signatures` {
    @Test func `columns are read from an MLmodel file, folded lines included`() throws {
        let signature = try #require(
            try ModelSignature(
                mlmodel: """
                    flavors:
                      sklearn: {pickled_model: model.pkl}
                    signature:
                      inputs: '[{"type": "long", "name": "hour", "required": true}, {"type": "string",
                        "name": "origin", "required": false}]'
                      outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1, 2]}}]'
                      params: null
                    """
            )
        )
        #expect(signature.inputs.map(\.name) == ["hour", "origin"])
        #expect(signature.inputs.map(\.type) == ["long", "string"])
        #expect(signature.inputs.map(\.required) == [true, false])
        #expect(signature.outputs.first?.shape == [-1, 2])
        #expect(signature.outputs.first?.type == "int64")
    }

    @Test func `a model without a signature has none`() throws {
        #expect(try ModelSignature(mlmodel: "flavors: {}") == nil)
        #expect(try ModelSignature(mlmodel: "signature: null") == nil)
        #expect(try ModelSignature(mlmodel: "") == nil)
    }

    @Test(arguments: ["signature: {inputs: '[{'}", "a: [", "signature:\n  inputs: '{\"a\": '"])
    func `a damaged file is an error`(_ text: String) {
        #expect(throws: MartletError.self) { try ModelSignature(mlmodel: text) }
    }
}
