internal import Basics
internal import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension Datasets {
    /// Makes a version from the files that a dataset's `source` names, if they differ from the newest version's.
    ///
    /// The source is a path or glob in the project's folder; what leads out of the folder, by `..` or by a link, is
    /// refused, since whoever declares a project does not thereby read the server's files.
    ///
    /// - Parameters:
    ///   - name: The dataset.
    ///   - folder: The project's folder.
    ///   - actor: Who asks.
    /// - Returns: The newest version, new or not; nil for a dataset without a source.
    /// - Throws: `notFound` when no file matches, `permissionDenied` for a file outside, and what `addVersion` throws.
    @discardableResult
    public func refresh(_ name: String, folder: String, actor: String) async throws -> DatasetVersion? {
        let dataset = try await dataset(name)
        guard let source = dataset.spec.source else { return nil }
        let paths = try Self.files(matching: source, in: folder)
        guard !paths.isEmpty else {
            throw MartletError(
                .notFound,
                "no file matches '\(source)', the source of dataset '\(name)'",
                hint: "a path or glob in the project's folder, such as data/*.parquet"
            )
        }
        var parts: [NewPart] = []
        for path in paths { parts.append(NewPart(try await blobs.put(file: path))) }
        if let newest = try await version(name: name), newest.parts.map(\.blob.digest) == parts.map(\.blob.digest) {
            return newest
        }
        return try await addVersion(dataset: name, parts: parts, mode: .replace, actor: actor)
    }

    /// The regular files that a glob names, sorted, each inside the folder.
    static func files(matching source: String, in folder: String) throws -> [String] {
        guard let root = resolved(folder) else {
            throw MartletError(.notFound, "the project's folder '\(folder)' is not there")
        }
        guard !source.hasPrefix("/"), !source.split(separator: "/").contains("..") else {
            throw MartletError(
                .permissionDenied,
                "the source '\(source)' leads out of the project's folder",
                hint: "name a path inside it"
            )
        }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob("\(escaped(root))/\(source)", 0, nil, &found) == 0 else { return [] }
        var paths: [String] = []
        for index in 0..<Int(found.gl_pathc) {
            guard let entry = found.gl_pathv[index], let path = resolved(String(cString: entry)) else { continue }
            guard path.hasPrefix(root + "/") else {
                throw MartletError(
                    .permissionDenied,
                    "'\(String(cString: entry).dropFirst(root.count + 1))' is a link out of the project's folder",
                    hint: "put the file itself there"
                )
            }
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG { paths.append(path) }
            guard paths.count <= 10_000 else {
                throw MartletError(.tooLarge, "more than 10000 files match '\(source)'", hint: "name fewer")
            }
        }
        return paths
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// The folder's own name is no pattern.
    private static func escaped(_ path: String) -> String {
        path.map { "*?[\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
