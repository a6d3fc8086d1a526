import Basics
import Storage

/// The tree of artifacts: a row a file or folder, found by folder and name.
enum ArtifactTable {
    /// Whether there is a file or folder.
    static func exists(_ tx: Transaction, _ path: ArtifactPath) throws -> Bool { try entry(tx, path) != nil }

    /// The file or folder of a path.
    static func entry(_ tx: Transaction, _ path: ArtifactPath) throws -> ArtifactEntry? {
        let row = try tx.row(
            "SELECT name, digest, size FROM artifacts WHERE folder = $1 AND name = $2",
            path.parent.text,
            path.name
        )
        return try row.map(entry)
    }

    /// What lies directly in a folder, by name.
    static func list(_ tx: Transaction, _ folder: ArtifactPath) throws -> [ArtifactEntry] {
        try tx.rows("SELECT name, digest, size FROM artifacts WHERE folder = $1 ORDER BY name", folder.text).map(entry)
    }

    /// All files below a folder, or the file itself, by path.
    static func files(_ tx: Transaction, under path: ArtifactPath) throws -> [ArtifactFile] {
        if let entry = try entry(tx, path), let blob = entry.blob {
            return [ArtifactFile(path: entry.name, blob: blob)]
        }
        let rows = try tx.rows(
            """
            WITH RECURSIVE tree (folder) AS (
                SELECT $1
                UNION ALL
                SELECT CASE WHEN a.folder = '' THEN a.name ELSE a.folder || '/' || a.name END
                FROM artifacts a JOIN tree ON a.folder = tree.folder WHERE a.digest IS NULL)
            SELECT a.folder, a.name, a.digest, a.size FROM artifacts a JOIN tree ON a.folder = tree.folder
            WHERE a.digest IS NOT NULL ORDER BY a.folder, a.name
            """,
            path.text
        )
        let prefix = path.parts.isEmpty ? 0 : path.text.count + 1
        return try rows.map { row in
            let folder = try row.text("folder")
            let full = folder.isEmpty ? try row.text("name") : "\(folder)/\(try row.text("name"))"
            return ArtifactFile(
                path: String(full.dropFirst(prefix)),
                blob: Blob(digest: try row.text("digest"), size: try row.int("size"))
            )
        }
    }

    /// Puts a file in place, with the folders above it; a file of the same path is replaced.
    ///
    /// - Throws: `conflict` where a folder has the path, or a file the path of a folder above.
    static func put(_ tx: Transaction, _ path: ArtifactPath, _ blob: Blob, now: Timestamp) throws {
        guard !path.parts.isEmpty else {
            throw MartletError(.invalidArgument, "Invalid path: an artifact needs a name")
        }
        var folder = path.parent
        while !folder.parts.isEmpty {
            let made = try tx.execute(
                "INSERT INTO artifacts (folder, name, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                folder.parent.text,
                folder.name,
                now
            )
            if made == 0 {
                guard try entry(tx, folder)?.blob == nil else {
                    throw MartletError(.invalidArgument, "Invalid path '\(path.text)': '\(folder.text)' is a file")
                }
                // A folder that is there has all folders above it.
                break
            }
            folder = folder.parent
        }
        let changed = try tx.execute(
            """
            INSERT INTO artifacts (folder, name, digest, size, created) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (folder, name) DO UPDATE SET digest = excluded.digest, size = excluded.size,
            created = excluded.created WHERE artifacts.digest IS NOT NULL
            """,
            path.parent.text,
            path.name,
            blob.digest,
            blob.size,
            now
        )
        guard changed > 0 else { throw MartletError(.invalidArgument, "Invalid path '\(path.text)': it is a folder") }
    }

    /// Removes a file, or a folder with all below it, and the folders above that are left empty.
    static func delete(_ tx: Transaction, _ path: ArtifactPath) throws {
        guard !path.parts.isEmpty else {
            throw MartletError(.invalidArgument, "Invalid path: the whole store cannot be deleted")
        }
        var folders = [path]
        while let folder = folders.popLast() {
            for entry in try list(tx, folder) where entry.blob == nil {
                folders.append(folder.appending(try ArtifactPath(entry.name)))
            }
            try tx.execute("DELETE FROM artifacts WHERE folder = $1", folder.text)
        }
        try tx.execute("DELETE FROM artifacts WHERE folder = $1 AND name = $2", path.parent.text, path.name)
        var above = path.parent
        while !above.parts.isEmpty {
            guard try tx.row("SELECT name FROM artifacts WHERE folder = $1 LIMIT 1", above.text) == nil else { return }
            try tx.execute("DELETE FROM artifacts WHERE folder = $1 AND name = $2", above.parent.text, above.name)
            above = above.parent
        }
    }

    private static func entry(_ row: Row) throws -> ArtifactEntry {
        let blob = try row.textOrNil("digest").map { Blob(digest: $0, size: try row.int("size")) }
        return ArtifactEntry(name: try row.text("name"), blob: blob)
    }
}
