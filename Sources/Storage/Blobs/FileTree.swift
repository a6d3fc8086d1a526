public import Basics

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A folder as a value: relative paths and the blobs that stand there. Its manifest is itself a blob, so a folder has a
/// digest too, which depends on names and contents only.
public struct FileTree: Sendable, Hashable {
    /// A file of the tree.
    public struct File: Sendable, Hashable {
        /// Relative, with `/` between; never absolute, never with `..`.
        public let path: String
        /// Its content.
        public let blob: Blob

        /// Makes a file.
        public init(path: String, blob: Blob) {
            self.path = path
            self.blob = blob
        }
    }

    /// The files, sorted by path.
    public let files: [File]

    /// Makes a tree.
    ///
    /// - Throws: `invalidArgument` for a path that is absolute or climbs out.
    public init(files: [File]) throws {
        for file in files { try Self.check(file.path) }
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// How many bytes all files have.
    public var size: Int64 { files.reduce(0) { $0 + $1.blob.size } }

    /// The manifest: what the tree's digest is made of.
    public var manifest: JSON {
        [
            "files": .array(
                files.map { ["path": .string($0.path), "digest": .string($0.blob.digest), "size": .int($0.blob.size)] }
            )
        ]
    }

    /// Reads a manifest.
    public init(manifest: JSON) throws {
        guard let entries = manifest["files"]?.array else {
            throw MartletError(.dataLoss, "a folder's manifest has no files")
        }
        try self.init(
            files: entries.map { entry in
                guard let path = entry["path"]?.string, let digest = entry["digest"]?.string,
                    let size = entry["size"]?.int
                else {
                    throw MartletError(.dataLoss, "an entry of a folder's manifest is not complete")
                }
                return File(path: path, blob: Blob(digest: digest, size: size))
            }
        )
    }

    /// Refuses a path that does not stay inside its folder.
    public static func check(_ path: String) throws {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isInside =
            !path.isEmpty && path.utf8.count <= 1024 && !path.utf8.contains(0) && !path.contains("\\")
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        guard isInside else {
            throw MartletError(
                .invalidArgument,
                "'\(path.prefix(200))' is not a relative path inside its folder",
                hint: "no leading '/', no '..', no '\\'"
            )
        }
    }
}

extension BlobStore {
    /// How many files a folder may have.
    private static let fileLimit = 100_000

    /// Stores a folder, or a single file as a folder of one.
    ///
    /// Links are not followed: a link could bring in what stands elsewhere.
    ///
    /// - Parameters:
    ///   - path: The folder or file.
    ///   - limit: How many bytes in all at most.
    /// - Returns: The manifest's blob and the tree.
    public func putTree(_ path: String, limit: Int64 = 1 << 40) async throws -> (manifest: Blob, tree: FileTree) {
        let tree = try await blocking { store in
            var files: [FileTree.File] = []
            var total: Int64 = 0
            if FileIO.size(path) != nil {
                files.append(
                    FileTree.File(path: String(path.split(separator: "/").last ?? "file"), blob: try store.copyIn(path))
                )
            } else {
                for relative in try Self.list(path, fileLimit: Self.fileLimit) {
                    total += FileIO.size("\(path)/\(relative)") ?? 0
                    guard total <= limit else {
                        throw MartletError(.tooLarge, "the folder \(path) is larger than \(limit) bytes")
                    }
                    files.append(FileTree.File(path: relative, blob: try store.copyIn("\(path)/\(relative)")))
                }
            }
            return try FileTree(files: files)
        }
        return (try await put(tree.manifest.canonicalBytes()), tree)
    }

    /// The tree of a stored manifest.
    public func tree(_ digest: String) async throws -> FileTree {
        try FileTree(manifest: JSON(parsing: await bytes(digest)))
    }

    /// Lays out a tree in a folder, as copies that may be changed.
    ///
    /// - Parameters:
    ///   - tree: What to lay out.
    ///   - folder: Where; made if it is not there.
    public func materialize(_ tree: FileTree, at folder: String) async throws {
        try await blocking { store in
            try FileIO.makeFolder(folder)
            for file in tree.files {
                let target = "\(folder)/\(file.path)"
                try FileIO.makeFolder(FileIO.parent(of: target))
                try Self.copyFile(store.path(file.blob.digest), to: target)
            }
        }
    }

    /// The regular files under a folder, relative to it; links and special files are left out.
    static func list(_ folder: String, fileLimit: Int) throws -> [String] {
        var found: [String] = []
        var waiting = [""]
        while let relative = waiting.popLast() {
            let path = relative.isEmpty ? folder : "\(folder)/\(relative)"
            guard let directory = opendir(path) else { throw FileIO.failure("opendir", path) }
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name == "." || name == ".." { continue }
                let child = relative.isEmpty ? name : "\(relative)/\(name)"
                var info = stat()
                guard lstat("\(folder)/\(child)", &info) == 0 else { continue }
                switch info.st_mode & S_IFMT {
                case S_IFDIR: waiting.append(child)
                case S_IFREG: found.append(child)
                default: continue
                }
                guard found.count <= fileLimit else {
                    throw MartletError(.tooLarge, "the folder \(folder) has more than \(fileLimit) files")
                }
            }
        }
        return found
    }
}
