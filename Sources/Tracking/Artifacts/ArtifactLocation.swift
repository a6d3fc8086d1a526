import Basics
package import Storage

/// A place in this server's own artifact store, as URIs name it.
package struct ArtifactLocation: Sendable, Hashable {
    /// The path inside the store.
    package let path: ArtifactPath

    /// `mlflow-artifacts:/PATH`.
    package var uri: String { "mlflow-artifacts:/\(path.text)" }

    /// Reads a URI of the form `mlflow-artifacts:/PATH` or `mlflow-artifacts://HOST/PATH`.
    ///
    /// - Throws: `invalidArgument` for any other scheme: this server reads and writes only its own store.
    package init(uri: String) throws {
        guard let rest = Self.rest(uri, scheme: "mlflow-artifacts") else {
            throw MartletError(
                .invalidArgument,
                "the artifacts at '\(uri.prefix(200))' are outside of this server's own store",
                hint: "only mlflow-artifacts:/, runs:/ and models:/ can be read here"
            )
        }
        var path = rest
        if path.hasPrefix("//") { path = path.dropFirst(2).drop(while: { $0 != "/" }) }
        while path.hasPrefix("/") { path.removeFirst() }
        self.path = try ArtifactPath(String(path))
    }

    private init(path: ArtifactPath) { self.path = path }

    /// The place that a URI names: `mlflow-artifacts:/…`, `runs:/RUN/path` or `models:/m-ID/path`.
    package static func resolve(_ tx: Transaction, _ uri: String) throws -> ArtifactLocation {
        if let rest = rest(uri, scheme: "runs") {
            let parts = try split(uri, rest)
            let run = try RunTable.get(tx, parts.first)
            let root = try ArtifactLocation(uri: run.artifactURI)
            let inRun = root.appending(parts.path)
            if parts.path.parts.isEmpty { return root }
            if try ArtifactTable.exists(tx, inRun.path) { return inRun }
            // Since MLflow 3 a model that a run logged lies beside the run, under the name that the path gives.
            if let model = try LoggedModelTable.find(tx, run: run.id, name: parts.path.text) {
                return try ArtifactLocation(uri: model.artifactLocation)
            }
            return inRun
        }
        if let rest = rest(uri, scheme: "models") {
            let parts = try split(uri, rest)
            guard parts.first.hasPrefix("m-") else {
                throw MartletError(
                    .invalidArgument,
                    "'\(uri.prefix(200))' names a registered model, not a logged one",
                    hint: "models:/m-ID"
                )
            }
            let model = try LoggedModelTable.get(tx, parts.first)
            return try ArtifactLocation(uri: model.artifactLocation).appending(parts.path)
        }
        return try ArtifactLocation(uri: uri)
    }

    /// Checks where an experiment's artifacts are to go. A place elsewhere is allowed, as clients then write there themselves;
    /// this server never opens it.
    static func check(experimentRoot uri: String) throws {
        if rest(uri, scheme: "runs") != nil {
            throw MartletError(.invalidArgument, "Artifact location cannot be a runs:/ URI. Given: '\(uri)'")
        }
        if rest(uri, scheme: "mlflow-artifacts") != nil {
            _ = try ArtifactLocation(uri: uri)
            return
        }
        guard uri.utf8.count <= 1000, !uri.contains("\\"), !uri.contains("?"), !uri.contains("#"),
            !uri.split(separator: "/").contains("..")
        else {
            throw MartletError(.invalidArgument, "Invalid artifact_location '\(uri.prefix(200))'")
        }
    }

    package func appending(_ path: ArtifactPath) -> ArtifactLocation {
        ArtifactLocation(path: self.path.appending(path))
    }

    private static func rest(_ uri: String, scheme: String) -> Substring? {
        guard uri.lowercased().hasPrefix(scheme + ":") else { return nil }
        return uri.dropFirst(scheme.count + 1)
    }

    private static func split(_ uri: String, _ rest: Substring) throws -> (first: String, path: ArtifactPath) {
        guard rest.hasPrefix("/"), !rest.hasPrefix("//") else {
            throw MartletError(.invalidArgument, "'\(uri.prefix(200))' should begin with one slash behind its scheme")
        }
        let path = try ArtifactPath(String(rest.dropFirst()))
        guard let first = path.parts.first else {
            throw MartletError(.invalidArgument, "'\(uri.prefix(200))' names nothing")
        }
        return (first, try ArtifactPath(path.parts.dropFirst().joined(separator: "/")))
    }
}
