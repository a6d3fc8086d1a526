import Basics
import Ledger
import Storage
import Web

extension Automation {
    func listPromotions(_ request: WebRequest) async throws -> WebResponse {
        let limit = try request.queryInt("limit", default: 50, in: 1...500)
        let model = request.query("model")
        let before = request.query("page_token")
        let page = try await database.read { tx in
            try PromotionTable.list(tx, model: model, before: before, limit: limit)
        }
        let next = page.count == limit ? page.last?.id : nil
        return .json(["items": .array(page.map(\.json)), "next": JSON(next)])
    }

    func promotion(_ request: WebRequest) async throws -> WebResponse {
        .json(try await promotion(id: try request.parameter("id")).json)
    }

    private func promotion(id: String) async throws -> Promotion {
        guard let promotion = try await database.read({ tx in try PromotionTable.find(tx, id: id) }) else {
            throw MartletError(.notFound, "there is no promotion '\(id.prefix(60))'")
        }
        return promotion
    }

    func promote(_ request: WebRequest) async throws -> WebResponse {
        let body = try await request.json(limit: 65_536)
        try body.allow(["version", "reason", "force"])
        guard let version = body["version"]?.int else {
            throw MartletError(.invalidArgument, "'version' is missing or no whole number", hint: "{\"version\": 3}")
        }
        let wait = try request.queryInt("wait", default: 0, in: 0...120)
        var promotion = try await promotions.promote(
            Promotions.Request(
                model: try request.parameter("name"),
                version: Int(version),
                reason: try body.text("reason"),
                isForced: body["force"]?.bool ?? false,
                actor: request.actor
            )
        )
        // The runner decides; who wants to hear of it may wait a little.
        let deadline = ContinuousClock.now.advanced(by: .seconds(wait))
        while promotion.state == .pending, ContinuousClock.now < deadline {
            await ledger.waitForEvents(after: try await ledger.head(), upTo: .seconds(1))
            promotion = try await self.promotion(id: promotion.id)
        }
        return .json(promotion.json, status: promotion.state == .decided ? .ok : .accepted)
    }

    func rollback(_ request: WebRequest) async throws -> WebResponse {
        let body = try await request.json(limit: 65_536)
        try body.allow(["to", "reason"])
        if let to = body["to"], !to.isNull, to.int == nil {
            throw MartletError(.invalidArgument, "'to' is \(to.kind)", hint: "a version, or leave it out")
        }
        let name = try request.parameter("name")
        let (from, to) = try await promotions.rollback(
            name,
            to: body["to"]?.int.map { Int($0) },
            reason: try body.text("reason") ?? "",
            actor: request.actor
        )
        return .json(["model": .string(name), "from": JSON(from), "to": JSON(to)])
    }

    func models(_ request: WebRequest) async throws -> WebResponse {
        var items: [JSON] = []
        for name in try await neighbours.models.names() { items.append(try await describe(name)) }
        return .json(["items": .array(items)])
    }

    func model(_ request: WebRequest) async throws -> WebResponse {
        let name = try request.parameter("name")
        let names = try await neighbours.models.names()
        guard names.contains(name) else {
            throw MartletError(
                .notFound,
                "there is no registered model '\(name.prefix(100))'",
                hint: Suggestion.hint(for: name, among: names)
            )
        }
        return .json(try await describe(name))
    }

    private func describe(_ name: String) async throws -> JSON {
        let versions = try await neighbours.models.versions(name)
        let (decisions, declared) = try await database.read { tx in
            (
                try PromotionTable.outlines(tx, model: name),
                try StoredSpec.model(tx, named: name)
            )
        }
        let all = versions.map { version -> JSON in
            let decision = decisions.first { $0.version == version.version }
            return [
                "version": JSON(version.version), "run_id": JSON(version.runID), "created": JSON(version.created),
                "aliases": JSON(version.aliases), "tags": JSON(version.tags),
                "pipeline_run": JSON(decision?.pipelineRun), "promotion": JSON(decision?.id),
                "decision": JSON(decision?.decision?.rawValue ?? decision?.state.rawValue),
                "summary": JSON(decision?.summary),
            ]
        }
        func side(_ alias: String) -> JSON {
            guard let index = versions.firstIndex(where: { $0.aliases.contains(alias) }) else { return .null }
            var json = all[index]
            let decided = decisions.first { $0.version == versions[index].version && $0.decision != nil }
            json["since"] = JSON(decided?.eventTime ?? decided?.decided)
            return json
        }
        return [
            "name": .string(name), "project": JSON(declared?.project), "deployment": JSON(declared?.model.deployment),
            "champion": side(Alias.champion), "challenger": side(Alias.challenger), "versions": .array(all),
        ]
    }
}

extension JSON {
    /// Refuses a body that is no object or has keys that nobody reads.
    func allow(_ keys: [String]) throws {
        guard let object else { throw MartletError(.invalidArgument, "the body is \(kind)", hint: "an object") }
        if let stranger = object.keys.first(where: { !keys.contains($0) }) {
            throw MartletError(
                .invalidArgument,
                "'\(stranger.prefix(60))' is not a known key",
                hint: Suggestion.hint(for: stranger, among: keys)
            )
        }
    }

    /// A text of a body; `nil` where it is missing or null.
    func text(_ key: String, limit: Int = 4096) throws -> String? {
        guard let value = self[key], !value.isNull else { return nil }
        guard let text = value.string, text.utf8.count <= limit else {
            throw MartletError(.invalidArgument, "'\(key)' is no text of at most \(limit) bytes")
        }
        return text
    }
}
