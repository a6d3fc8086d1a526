import Basics
import Storage
import Workers

/// Models' files on disk, where workers can load them.
struct ModelStore: Sendable {
    let folder: String
    let blobs: BlobStore
    let source: any ModelSource

    /// The files of a model's version.
    func files(model: String, version: Int) async throws -> FileTree {
        try await source.files(model: model, version: version)
    }

    /// A folder with the files of a model's version, checked against their digests.
    func folder(model: String, version: Int) async throws -> String {
        let tree = try await files(model: model, version: version)
        guard tree.files.contains(where: { $0.path == "MLmodel" }) else {
            throw MartletError(
                .invalidArgument,
                "model:\(model)/\(version) has no file MLmodel",
                hint: "register what mlflow's log_model has logged"
            )
        }
        return try await ModelFolder.layOut(tree, under: folder, from: blobs)
    }
}
