import Basics
public import Storage

extension Tracking {
    /// Puts files that are stored already among the artifacts of a run; files of the same path are replaced.
    ///
    /// - Parameters:
    ///   - files: What to put; no byte is copied.
    ///   - run: The run's id.
    ///   - path: The folder inside the run's artifacts.
    /// - Returns: The folder's place: `mlflow-artifacts:/…`.
    /// - Throws: `notFound` for an unknown run.
    public func putArtifacts(_ files: FileTree, run: String, path: String) async throws -> String {
        let world = world
        return try await database.write { tx in
            let root = try ArtifactLocation(uri: RunTable.get(tx, run).artifactURI)
            let folder = root.appending(try ArtifactPath(path))
            let now = world.now()
            for file in files.files {
                try ArtifactTable.put(tx, folder.appending(try ArtifactPath(file.path)).path, file.blob, now: now)
            }
            return folder.uri
        }
    }
}
