import Basics
import Storage
package import Web

/// The handlers of the proxied artifact store, and of downloads by run and by logged model.
struct ArtifactRoutes: Sendable {
    let tracking: Tracking

    func upload(_ request: WebRequest) async throws -> WebResponse {
        let path = try ArtifactPath(request.parameter("path"))
        if let length = request.header("Content-Length").flatMap({ Int64($0) }), length > tracking.uploadLimit {
            throw MartletError(.tooLarge, "the artifact is larger than \(tracking.uploadLimit) bytes")
        }
        let blob = try await tracking.blobs.put(request.body, limit: tracking.uploadLimit)
        let now = tracking.world.now()
        try await tracking.database.write { tx in try ArtifactTable.put(tx, path, blob, now: now) }
        return .json([:])
    }

    func download(_ request: WebRequest) async throws -> WebResponse {
        try await file(at: try ArtifactPath(request.parameter("path")), request)
    }

    func list(_ request: WebRequest) async throws -> WebResponse {
        let path = try ArtifactPath(request.query("path") ?? "")
        let entries = try await tracking.database.read { tx in try ArtifactTable.list(tx, path) }
        return .json(Self.listing(entries, below: ""))
    }

    func delete(_ request: WebRequest) async throws -> WebResponse {
        let path = try ArtifactPath(request.parameter("path"))
        try await tracking.database.write { tx in try ArtifactTable.delete(tx, path) }
        return .json([:])
    }

    /// Uploads in several parts need a store that hands out addresses to write to; the client then uploads in one stream.
    func multipart(_ request: WebRequest) async throws -> WebResponse {
        throw MartletError(
            .unimplemented,
            "Multipart upload is not supported for the current artifact repository"
        )
    }

    /// `artifacts/list` of a run.
    func listRun(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let path = try fields.text("path") ?? ""
        let id = try fields.text("run_id") ?? fields.required("run_uuid")
        let below = try ArtifactPath(path)
        let (root, entries) = try await tracking.database.read { tx in
            let root = try RunTable.get(tx, id).artifactURI
            return (root, try ArtifactTable.list(tx, try ArtifactLocation(uri: root).appending(below).path))
        }
        var json = Self.listing(entries, below: below.text)
        json["root_uri"] = .string(root)
        return .json(json)
    }

    /// `/get-artifact` of a run.
    func downloadRun(_ request: WebRequest) async throws -> WebResponse {
        let fields = try await Fields(request)
        let below = try ArtifactPath(fields.required("path"))
        let id = try fields.text("run_id") ?? fields.required("run_uuid")
        let root = try await tracking.database.read { tx in try RunTable.get(tx, id).artifactURI }
        return try await file(at: try ArtifactLocation(uri: root).appending(below).path, request)
    }

    /// `logged-models/ID/artifacts/directories`.
    func listModel(_ request: WebRequest) async throws -> WebResponse {
        let id = try request.parameter("model_id")
        let below = try ArtifactPath(request.query("artifact_directory_path") ?? "")
        let (root, entries) = try await tracking.database.read { tx in
            let root = try LoggedModelTable.get(tx, id).artifactLocation
            return (root, try ArtifactTable.list(tx, try ArtifactLocation(uri: root).appending(below).path))
        }
        var json = Self.listing(entries, below: below.text)
        json["root_uri"] = .string(root)
        return .json(json)
    }

    /// `logged-models/ID/artifacts/files`.
    func downloadModel(_ request: WebRequest) async throws -> WebResponse {
        let id = try request.parameter("model_id")
        guard let path = request.query("artifact_file_path"), !path.isEmpty else {
            throw MartletError(.invalidArgument, "Request must include the \"artifact_file_path\" query parameter.")
        }
        let below = try ArtifactPath(path)
        let root = try await tracking.database.read { tx in try LoggedModelTable.get(tx, id).artifactLocation }
        return try await file(at: try ArtifactLocation(uri: root).appending(below).path, request)
    }

    private func file(at path: ArtifactPath, _ request: WebRequest) async throws -> WebResponse {
        try await tracking.download(path, request)
    }

    private static func listing(_ entries: [ArtifactEntry], below: String) -> JSON {
        guard !entries.isEmpty else { return [:] }
        let files = entries.map { entry in
            var json: JSON = [
                "path": .string(below.isEmpty ? entry.name : "\(below)/\(entry.name)"),
                "is_dir": .bool(entry.blob == nil),
            ]
            if let blob = entry.blob { json["file_size"] = .int(blob.size) }
            return json
        }
        return ["files": .array(files)]
    }
}

extension Tracking {
    /// Hands out the file of a path.
    ///
    /// - Throws: `notFound` where there is none; `invalidArgument` for a folder.
    func download(_ path: ArtifactPath, _ request: WebRequest) async throws -> WebResponse {
        let entry = try await database.read { tx in try ArtifactTable.entry(tx, path) }
        guard let entry else { throw MartletError(.notFound, "No such artifact: '\(path.text)'") }
        guard let blob = entry.blob else {
            throw MartletError(.invalidArgument, "Artifact path refers to a directory, not a file: '\(path.text)'")
        }
        return try ArtifactResponse.file(entry.name, blob, blobs: blobs, request: request)
    }

    /// Hands out the file at a path below a location, for rooms above.
    package func download(_ location: String, _ path: String, _ request: WebRequest) async throws -> WebResponse {
        let below = try ArtifactPath(path)
        let place = try await database.read { tx in try ArtifactLocation.resolve(tx, location) }
        return try await download(place.appending(below).path, request)
    }
}
