import Basics
public import Web

extension Ledger {
    /// The ledger's part of the API.
    public func routes() -> [RouteGroup] {
        [
            RouteGroup(
                "ledger",
                envelope: .problem,
                [
                    Route(.get, "/api/v1/events", .reader, "Events behind a place", handler: list),
                    Route(.get, "/api/v1/events/stream", .reader, "Events as they happen", handler: stream),
                    Route(.get, "/api/v1/events/verify", .reader, "Recompute the hash chain") { _ in
                        .json(try await self.verify().json)
                    },
                    Route(
                        .get,
                        "/api/v1/lineage/{address...}",
                        .reader,
                        "What a subject comes from, or what came from it",
                        handler: lineage
                    ),
                ]
            )
        ]
    }

    private func list(_ request: WebRequest) async throws -> WebResponse {
        let after = Int64(try request.queryInt("after", default: 0, in: 0...Int.max))
        let limit = try request.queryInt("limit", default: 100, in: 1...1000)
        let kinds = request.queries("kind")
        let page = try await events(
            after: after,
            kinds: kinds.isEmpty ? nil : Set(kinds),
            subject: request.query("subject"),
            limit: limit
        )
        return .json([
            "items": .array(page.map(\.json)), "next": JSON(page.last?.sequence), "head": .int(try await head()),
        ])
    }

    private func stream(_ request: WebRequest) async throws -> WebResponse {
        let resumed = request.header("Last-Event-ID").flatMap { Int64($0) }
        let asked = request.query("after").flatMap { Int64($0) }
        var start = resumed ?? asked ?? -1
        if start < 0 { start = try await head() }
        let kinds = request.queries("kind")
        let cursor = StreamCursor(start)
        return .events { [self] in
            var page = try await events(after: cursor.at, kinds: kinds.isEmpty ? nil : Set(kinds))
            if page.isEmpty {
                await waitForEvents(after: max(cursor.at, try await head()), upTo: .seconds(15))
                page = try await events(after: cursor.at, kinds: kinds.isEmpty ? nil : Set(kinds))
            }
            if let last = page.last { cursor.move(to: last.sequence) }
            return page.map { ServerSentEvent(id: String($0.sequence), event: $0.kind, data: $0.json) }
        }
    }

    private func lineage(_ request: WebRequest) async throws -> WebResponse {
        let direction = try request.query("direction").map { text in
            guard let direction = LineageDirection(rawValue: text) else {
                throw MartletError(
                    .invalidArgument,
                    "the query's 'direction' is '\(text.prefix(40))'",
                    hint: "up or down"
                )
            }
            return direction
        }
        let depth = try request.queryInt("depth", default: 10, in: 1...50)
        let edges = try await walk(from: request.parameter("address"), direction ?? .up, depth: depth)
        return .json([
            "edges": .array(
                try edges.map { edge in
                    [
                        "subject": .string(edge.subject), "relation": .string(edge.relation.rawValue),
                        "object": .string(edge.object),
                        "time": JSON(Timestamp(milliseconds: edge.milliseconds)),
                        "attributes": try JSON(parsing: edge.attributes),
                    ]
                }
            )
        ])
    }
}
