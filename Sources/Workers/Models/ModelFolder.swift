import Basics
import NIOPosix
public import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Lays out a model's files in a folder of their own, each checked against its digest, before anything loads them.
public enum ModelFolder {
    /// Lays out a tree below `parent` under the tree's digest, or checks and reuses what stands there.
    ///
    /// - Parameters:
    ///   - tree: The model's files.
    ///   - parent: The folder of all models; made if it is not there, readable by its owner only.
    ///   - blobs: Where the files' content is.
    /// - Returns: The model's folder.
    /// - Throws: `dataLoss` where a stored file is not what its digest says.
    public static func layOut(_ tree: FileTree, under parent: String, from blobs: BlobStore) async throws -> String {
        let target = "\(parent)/\(Digest.sha256(tree.manifest.canonicalBytes()))"
        if try await blocking({ try holds(tree, target) }) { return target }
        var generator = SystemRandomNumberGenerator()
        let fresh = "\(target).\(String(generator.next() as UInt64, radix: 16)).tmp"
        do {
            try await blocking { try FileIO.makeFolder(parent) }
            try await blobs.materialize(tree, at: fresh)
            return try await blocking {
                for file in tree.files { chmod("\(fresh)/\(file.path)", 0o444) }
                guard try holds(tree, fresh) else {
                    throw MartletError(.dataLoss, "a stored file of a model is not what its digest says")
                }
                // What stands there and does not hold, or came from another call in the meantime, makes way.
                remove(tree, target)
                do {
                    try FileIO.rename(fresh, to: target)
                } catch {
                    guard try holds(tree, target) else { throw error }
                    remove(tree, fresh)
                }
                return target
            }
        } catch {
            try? await blocking { remove(tree, fresh) }
            throw error
        }
    }

    /// Whether a folder has all files of a tree with the right content.
    private static func holds(_ tree: FileTree, _ folder: String) throws -> Bool {
        for file in tree.files {
            let path = "\(folder)/\(file.path)"
            guard FileIO.size(path) == file.blob.size, try digest(path) == file.blob.digest else { return false }
        }
        return !tree.files.isEmpty
    }

    private static func digest(_ path: String) throws -> String {
        let file = try FileIO.openForReading(path)
        defer { close(file) }
        var hasher = Digest.Hasher()
        var chunk = [UInt8](repeating: 0, count: 262_144)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileIO.failure("read", path)
            }
            if count == 0 { return hasher.finish() }
            chunk.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Removes the tree's files and the folders that are empty then; nothing that is not the tree's.
    private static func remove(_ tree: FileTree, _ folder: String) {
        var folders: Set<String> = [folder]
        for file in tree.files {
            var path = "\(folder)/\(file.path)"
            unlink(path)
            while path.utf8.count > folder.utf8.count {
                path = FileIO.parent(of: path)
                folders.insert(path)
            }
        }
        for path in folders.sorted(by: { $0.utf8.count > $1.utf8.count }) { rmdir(path) }
    }

    private static func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
