public import Registry
public import Storage
import Tracking

extension Registry: ModelSource {
    /// The files of a registered version.
    public func files(model: String, version: Int) async throws -> FileTree {
        let found = try await self.version(name: model, version: version)
        return try FileTree(files: await files(of: found).map { FileTree.File(path: $0.path, blob: $0.blob) })
    }
}
