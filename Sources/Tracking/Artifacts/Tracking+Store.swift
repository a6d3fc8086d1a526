import Basics
public import Storage

extension Tracking {
    /// Puts files that are stored already among a run's artifacts; those of the same path are replaced.
    ///
    /// - Parameters:
    ///   - tree: The files.
    ///   - run: The run.
    ///   - path: The folder below the run's artifacts.
    /// - Returns: The folder's location, `mlflow-artifacts:/…`, which a model version may have as its source.
    /// - Throws: `notFound` for an unknown run; `invalidArgument` for a path that does not stay inside.
    public func addArtifacts(_ tree: FileTree, run: String, path: String) async throws -> String {
        let now = world.now()
        return try await database.write { tx in
            let info = try RunTable.full(tx, run).info
            let location = "\(info.artifactURI)/\(path)"
            let folder = try ArtifactLocation.resolve(tx, location)
            for file in tree.files {
                try ArtifactTable.put(tx, ArtifactPath("\(folder.path.text)/\(file.path)"), file.blob, now: now)
            }
            return location
        }
    }
}
