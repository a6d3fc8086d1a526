public import Basics
public import Ledger
public import Storage
public import Tracking

/// Registered models, their versions, aliases and stages: what MLflow's model registry keeps, under MLflow's names.
///
/// What changes an alias or makes a version takes the transaction of the caller, so that a promotion can move the alias and
/// switch a deployment as one change:
///
/// ```swift
/// try await database.write { tx in
///     try registry.setAlias(tx, name: "flights", alias: "champion", version: 4, actor: "server")
///     try serving.deploy(tx, …)
/// }
/// ```
public final class Registry: Sendable {
    let database: Database
    let ledger: Ledger
    let blobs: BlobStore
    let tracking: Tracking
    let world: World

    /// Opens the room.
    ///
    /// - Parameters:
    ///   - database: Where its tables are, migrated.
    ///   - ledger: Where its events and its lineage go.
    ///   - blobs: Where the bytes of artifacts are.
    ///   - tracking: Where runs, logged models and artifacts are.
    ///   - world: Time and names.
    public init(database: Database, ledger: Ledger, blobs: BlobStore, tracking: Tracking, world: World) {
        self.database = database
        self.ledger = ledger
        self.blobs = blobs
        self.tracking = tracking
        self.world = world
    }

    /// Makes a version, and the registered model where it is absent.
    ///
    /// - Parameters:
    ///   - tx: The transaction of the change that it is part of.
    ///   - name: The registered model.
    ///   - source: Where the model is: `models:/m-ID`, `runs:/RUN/path`, `models:/NAME/VERSION` or `mlflow-artifacts:/…`.
    ///   - runID: The run that made it; found from the source where that names one.
    ///   - tags: The version's tags.
    ///   - actor: Who makes it.
    /// - Throws: `invalidArgument` for a source outside this server's own store; `notFound` for one that is not there.
    @discardableResult
    public func createVersion(
        _ tx: Transaction,
        name: String,
        source: String,
        runID: String? = nil,
        tags: [String: String] = [:],
        actor: String
    ) throws -> ModelVersion {
        try RegistryNames.check(model: name)
        if try RegisteredModelTable.find(tx, name) == nil {
            _ = try createModel(tx, name: name, description: nil, tags: [], actor: actor)
        }
        let new = NewVersion(name: name, source: source, runID: runID, tags: [KeyValue](tags))
        return try createVersion(tx, new, actor: actor)
    }

    /// Makes a version in a transaction of its own, and the registered model where it is absent.
    @discardableResult
    public func createVersion(
        name: String,
        source: String,
        runID: String? = nil,
        tags: [String: String] = [:],
        actor: String
    ) async throws -> ModelVersion {
        try await database.write { [self] tx in
            try createVersion(tx, name: name, source: source, runID: runID, tags: tags, actor: actor)
        }
    }

    /// A version.
    ///
    /// - Throws: `notFound` where there is none.
    public func version(name: String, version: Int) async throws -> ModelVersion {
        try await database.read { tx in try VersionTable.get(tx, name, Int64(version)) }
    }

    /// The version that an alias points to; `nil` where there is no such alias.
    public func version(name: String, alias: String) async throws -> ModelVersion? {
        try await database.read { [self] tx in try version(tx, name: name, alias: alias) }
    }

    /// The version that an alias points to, in a transaction of another room; `nil` where there is no such alias.
    public func version(_ tx: Transaction, name: String, alias: String) throws -> ModelVersion? {
        try AliasTable.version(tx, name, alias).map { try VersionTable.get(tx, name, $0) }
    }

    /// A version, in a transaction of another room.
    ///
    /// - Throws: `notFound` where there is none.
    public func version(_ tx: Transaction, name: String, version: Int) throws -> ModelVersion {
        try VersionTable.get(tx, name, Int64(version))
    }

    /// All versions of a model, newest first.
    public func versions(name: String) async throws -> [ModelVersion] {
        try await database.read { tx in try VersionTable.all(tx, name) }
    }

    /// The names of all registered models, sorted.
    public func models() async throws -> [String] {
        try await database.read { tx in
            try tx.rows("SELECT name FROM registered_models ORDER BY name").map { try $0.text("name") }
        }
    }

    /// Points an alias to a version: one row, one event `alias.set`.
    ///
    /// - Throws: `notFound` for an unknown model or version; `invalidArgument` for a name that aliases cannot have.
    public func setAlias(_ tx: Transaction, name: String, alias: String, version: Int, actor: String) throws {
        try setAlias(tx, name, alias, to: Int64(version), actor: actor)
    }

    /// Takes an alias away; nothing happens where there is none.
    public func deleteAlias(_ tx: Transaction, name: String, alias: String, actor: String) throws {
        try removeAlias(tx, name, alias, actor: actor)
    }

    /// Sets a tag of a version.
    ///
    /// - Throws: `notFound` for an unknown version.
    public func setVersionTag(_ tx: Transaction, name: String, version: Int, key: String, value: String) throws {
        try setTag(tx, name, Int64(version), KeyValue(key: key, value: value))
    }

    /// The files of a version's model, paths relative to it.
    ///
    /// - Throws: `notFound` where they are gone.
    public func files(of version: ModelVersion) async throws -> [ArtifactFile] {
        try await tracking.artifacts(under: version.location)
    }

    /// What a version's model takes and gives, read from its `MLmodel` file; `nil` where the file declares no signature.
    ///
    /// - Throws: `notFound` where the model has no `MLmodel` file; `dataLoss` where it cannot be read.
    public func signature(of version: ModelVersion) async throws -> ModelSignature? {
        guard let file = try await files(of: version).first(where: { $0.path == "MLmodel" }) else {
            throw MartletError(.notFound, "model '\(version.name)' version \(version.version) has no MLmodel file")
        }
        let bytes = try await blobs.bytes(file.blob.digest, limit: ModelSignature.fileLimit)
        return try ModelSignature(mlmodel: String(decoding: bytes, as: UTF8.self))
    }

    /// The place in the artifact store that a model's URI names, those of registered models included:
    /// `models:/NAME/VERSION`, `models:/NAME@ALIAS`, `models:/NAME/latest`.
    public func resolve(modelURI: String) async throws -> String {
        try await database.read { [self] tx in
            if let version = try ModelReference(uri: modelURI)?.version(tx) { return version.location }
            return try tracking.resolve(tx, modelURI: modelURI)
        }
    }
}
