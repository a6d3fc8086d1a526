import Basics
import Storage
import Web

extension Automation {
    func webhooks(_ request: WebRequest) async throws -> WebResponse {
        let all = try await database.read { tx in try WebhookTable.all(tx) }
        return .json(["items": .array(all.map(\.json))])
    }

    func addWebhook(_ request: WebRequest) async throws -> WebResponse {
        let body = try await request.json(limit: 65_536)
        try body.allow(["url", "events"])
        let url = try WebhookTarget(try body.text("url") ?? "").url
        let events = body["events"]?.array?.compactMap(\.string) ?? []
        guard !events.isEmpty, events.count == body["events"]?.array?.count else {
            throw MartletError(
                .invalidArgument,
                "'events' is no list of kinds of event",
                hint: "[\"promotion.decided\", \"alert.fired\"]"
            )
        }
        if let stranger = events.first(where: { !WebhookSpec.eventKinds.contains($0) }) {
            throw MartletError(
                .invalidArgument,
                "'\(stranger.prefix(60))' is not a kind of event that is sent",
                hint: Suggestion.hint(for: stranger, among: WebhookSpec.eventKinds)
            )
        }
        let secret = WebhookSignature.makeSecret()
        let webhook = Webhook(
            id: world.orderedID(),
            url: url,
            events: Set(events),
            secret: secret,
            created: world.now()
        )
        let (ledger, actor) = (ledger, request.actor)
        try await database.write { tx in
            guard try WebhookTable.all(tx).count < WebhookTable.limit else {
                throw MartletError(.exhausted, "there are \(WebhookTable.limit) webhooks already", hint: "remove one")
            }
            try WebhookTable.insert(tx, webhook, ledger: ledger, actor: actor)
        }
        var json = webhook.json
        // Told once; afterwards only the receiver has it.
        json["secret"] = .string(secret)
        return .json(json, status: .created)
    }

    func removeWebhook(_ request: WebRequest) async throws -> WebResponse {
        let id = try request.parameter("id")
        let (ledger, actor) = (ledger, request.actor)
        try await database.write { tx in
            guard let webhook = try WebhookTable.find(tx, id: id) else { throw Self.noWebhook(id) }
            if let project = webhook.project {
                throw MartletError(
                    .conflict,
                    "the webhook is declared by project '\(project)'",
                    hint: "take it out of its martlet.yaml and apply that"
                )
            }
            _ = try WebhookTable.delete(tx, id: id, ledger: ledger, actor: actor)
        }
        return .empty()
    }

    func deliveries(_ request: WebRequest) async throws -> WebResponse {
        let id = try request.parameter("id")
        let limit = try request.queryInt("limit", default: 50, in: 1...500)
        let all = try await database.read { tx in
            guard try WebhookTable.find(tx, id: id) != nil else { throw Self.noWebhook(id) }
            return try WebhookTable.deliveries(tx, webhook: id, limit: limit)
        }
        return .json(["items": .array(all.map(\.json))])
    }

    private static func noWebhook(_ id: String) -> MartletError {
        MartletError(.notFound, "there is no webhook '\(id.prefix(60))'")
    }
}
