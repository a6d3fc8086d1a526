import Basics
import NIOCore
import Storage

/// Snapshots of projects' folders: what steps run in.
struct CodeStore: Sendable {
    /// A project's code is source, not data.
    static let sizeLimit: Int64 = 512 << 20
    static let fileLimit = 20_000

    let database: Database
    let blobs: BlobStore
    let world: World

    /// A stored snapshot.
    struct Snapshot: Sendable, Hashable {
        /// The digest by which it was uploaded.
        let digest: String
        /// The digest of names and contents alone: what cache keys are made of.
        let tree: String
        let files: Int
        let size: Int64

        var json: JSON {
            ["digest": .string(digest), "tree": .string(tree), "files": JSON(files), "size": .int(size)]
        }
    }

    /// Takes an archive.
    ///
    /// - Parameters:
    ///   - digest: SHA-256 of the archive, or of its tree's manifest.
    ///   - body: A tar archive.
    func put<Body: AsyncSequence & Sendable>(_ digest: String, _ body: Body) async throws -> Snapshot
    where Body.Element == ByteBuffer {
        guard Digest.isValid(digest) else {
            throw MartletError(.invalidArgument, "'\(digest.prefix(80))' is not a SHA-256 digest")
        }
        if let known = try await find(digest) {
            for try await _ in body {}
            return known
        }
        let archive = try await blobs.put(body, limit: Self.sizeLimit)
        let tree = try await unpack(archive)
        let manifest = try await blobs.put(tree.manifest.canonicalBytes())
        guard digest == archive.digest || digest == manifest.digest else {
            throw MartletError(
                .invalidArgument,
                "the code's digest is \(archive.digest) and not \(digest)",
                hint: "was it changed on the way? upload it again"
            )
        }
        let snapshot = Snapshot(digest: digest, tree: manifest.digest, files: tree.files.count, size: tree.size)
        let now = world.now()
        try await database.write { tx in
            try tx.execute(
                "INSERT INTO code_snapshots (digest, tree, files, size, created) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (digest) DO NOTHING",
                digest,
                snapshot.tree,
                snapshot.files,
                snapshot.size,
                now
            )
        }
        return snapshot
    }

    func find(_ digest: String) async throws -> Snapshot? {
        try await database.read { tx in
            try tx.row("SELECT * FROM code_snapshots WHERE digest = $1", digest).map { row in
                Snapshot(
                    digest: digest,
                    tree: try row.text("tree"),
                    files: Int(try row.int("files")),
                    size: try row.int("size")
                )
            }
        }
    }

    private func unpack(_ archive: Blob) async throws -> FileTree {
        var reader = TarReader()
        var files: [String: FileTree.File] = [:]
        while true {
            let header = try await bytes(archive, reader.at, Int64(TarReader.block))
            switch try reader.read(header) {
            case .end: return try FileTree(files: Array(files.values))
            case .folder: continue
            case .extension(let offset, let size, let kind):
                guard size <= 65_536 else {
                    throw MartletError(.tooLarge, "an extended header of the code archive has \(size) bytes")
                }
                try reader.take(extension: await bytes(archive, offset, size), kind: kind)
            case .file(let entry):
                try FileTree.check(entry.path)
                guard files.count < Self.fileLimit else {
                    throw MartletError(
                        .tooLarge,
                        "the code has more than \(Self.fileLimit) files",
                        hint: "leave data and environments out of the project's folder (.martletignore)"
                    )
                }
                guard entry.offset + entry.size <= archive.size else {
                    throw MartletError(.invalidArgument, "the code archive ends inside '\(entry.path)'")
                }
                let content = try blobs.open(archive.digest, range: entry.offset..<(entry.offset + entry.size))
                let blob = try await blobs.put(content, limit: entry.size)
                files[entry.path] = FileTree.File(path: entry.path, blob: blob)
            }
        }
    }

    private func bytes(_ archive: Blob, _ offset: Int64, _ size: Int64) async throws -> [UInt8] {
        guard offset < archive.size else { return [] }
        var bytes: [UInt8] = []
        for try await piece in try blobs.open(archive.digest, range: offset..<(offset + size)) {
            bytes += piece.readableBytesView
        }
        return bytes
    }
}
