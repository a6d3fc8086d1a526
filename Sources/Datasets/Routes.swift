internal import Analytics
internal import Basics
internal import Storage
public import Web

extension Datasets {
    /// How large one uploaded file may be: 16 GiB.
    public static let uploadLimit: Int64 = 16 << 30

    /// The room's part of the API.
    public func routes() -> [RouteGroup] {
        let path = "/api/v1/datasets"
        let version = "\(path)/{name}/versions/{version}"
        return [
            RouteGroup(
                "datasets",
                envelope: .problem,
                [
                    Route(.get, path, .reader, "All datasets", handler: list),
                    Route(.get, "\(path)/{name}", .reader, "A dataset with its newest version", handler: show),
                    Route(.get, "\(path)/{name}/versions", .reader, "Versions, newest first", handler: listVersions),
                    Route(.post, "\(path)/{name}/files", .writer, "Store a file that a version will be made of") {
                        request in
                        try await self.store(request)
                    },
                    Route(
                        .post,
                        "\(path)/{name}/versions",
                        .writer,
                        "Add a version from the body, or from stored files (file=DIGEST, repeated)",
                        handler: upload
                    ),
                    Route(.get, version, .reader, "A version with files, checks and profile", handler: showVersion),
                    Route(.post, "\(version)/accept", .writer, "Accept a version that waits") { request in
                        try await self.decide(request, accept: true)
                    },
                    Route(.post, "\(version)/reject", .writer, "Reject a version that waits") { request in
                        try await self.decide(request, accept: false)
                    },
                ]
            )
        ]
    }

    private func list(_ request: WebRequest) async throws -> WebResponse {
        .json(["items": .array(try await datasets().map(\.json))])
    }

    private func show(_ request: WebRequest) async throws -> WebResponse {
        let dataset = try await dataset(request.parameter("name"))
        var json = dataset.json
        if let latest = try await version(name: dataset.name) { json["version"] = latest.json(complete: false) }
        return .json(json)
    }

    private func listVersions(_ request: WebRequest) async throws -> WebResponse {
        let limit = try request.queryInt("limit", default: 100, in: 1...1000)
        let before = try request.queryInt("before", default: .max, in: 1...Int.max)
        let page = try await versions(of: request.parameter("name"), before: before, limit: limit)
        let next = page.count == limit ? page.last.map(\.version) : nil
        return .json(["items": .array(page.map { $0.json(complete: false) }), "next": JSON(next)])
    }

    private func showVersion(_ request: WebRequest) async throws -> WebResponse {
        let name = try request.parameter("name")
        let number = try self.number(request)
        guard let version = try await version(name: name, version: number) else {
            throw MartletError(
                .notFound,
                number.map { "dataset '\(name)' has no version \($0)" } ?? "dataset '\(name)' has no accepted version"
            )
        }
        return .json(version.json(complete: true))
    }

    private func upload(_ request: WebRequest) async throws -> WebResponse {
        let name = try request.parameter("name")
        // Refused before the body is read: an unknown name must not cost its bytes.
        _ = try await dataset(name)
        let mode = try choice(request, "mode", DatasetMode.allCases) ?? .append
        let format = try choice(request, "format", DataFormat.allCases)
        let eventTime = try request.query("event_time").map { text in
            guard let time = Timestamp(iso8601: text) else {
                throw MartletError(
                    .invalidArgument,
                    "the query's 'event_time' is '\(text.prefix(40))'",
                    hint: "ISO 8601, such as 2013-04-30T23:59:00Z"
                )
            }
            return time
        }
        var parts: [NewPart] = []
        for digest in request.queries("file") {
            guard Digest.isValid(digest), let size = blobs.size(digest) else {
                throw MartletError(
                    .notFound,
                    "no file with the digest '\(digest.prefix(80))' is stored",
                    hint: "post it to /api/v1/datasets/\(name)/files first; the answer names its digest"
                )
            }
            parts.append(NewPart(Blob(digest: digest, size: size), format: format))
        }
        if parts.isEmpty {
            parts = [NewPart(try await blobs.put(request.body, limit: Self.uploadLimit), format: format)]
        }
        let version = try await addVersion(
            dataset: name,
            parts: parts,
            mode: mode,
            eventTime: eventTime,
            actor: request.actor
        )
        return .json(version.json(complete: false), status: .created)
    }

    /// A version of several files, each uploaded by itself: none of them is a version alone, so no trigger sees a part.
    private func store(_ request: WebRequest) async throws -> WebResponse {
        _ = try await dataset(request.parameter("name"))
        let blob = try await blobs.put(request.body, limit: Self.uploadLimit)
        return .json(["digest": .string(blob.digest), "size": .int(blob.size)], status: .created)
    }

    private func decide(_ request: WebRequest, accept: Bool) async throws -> WebResponse {
        guard let number = try number(request) else {
            throw MartletError(.invalidArgument, "the version to decide on is not named", hint: "give its number")
        }
        let body = try await request.json(limit: 65_536)
        guard let reason = body["reason"]?.string else {
            throw MartletError(.invalidArgument, "the body has no text 'reason'", hint: #"send {"reason": "…"}"#)
        }
        let version = try await decide(
            request.parameter("name"),
            version: number,
            accept: accept,
            reason: reason,
            actor: request.actor
        )
        return .json(version.json(complete: false))
    }

    /// The version of the path: a number, or `latest` for the newest accepted one.
    private func number(_ request: WebRequest) throws -> Int? {
        let text = try request.parameter("version")
        if text == "latest" { return nil }
        guard let number = Int(text), number > 0 else {
            throw MartletError(.invalidArgument, "'\(text.prefix(40))' is no version", hint: "a number, or latest")
        }
        return number
    }

    private func choice<Choice: RawRepresentable<String>>(
        _ request: WebRequest,
        _ key: String,
        _ choices: [Choice]
    ) throws -> Choice? {
        guard let text = request.query(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw MartletError(
                .invalidArgument,
                "the query's '\(key)' is '\(text.prefix(40))'",
                hint: Suggestion.hint(for: text, among: choices.map(\.rawValue))
            )
        }
        return choice
    }
}
