import Basics
import Ledger
import Logging
import ServiceLifecycle
import Storage

/// Sends events to webhooks: each in the log's order, again after a failure with growing pauses, until a bound.
struct WebhookRunner: Service {
    let database: Database
    let ledger: Ledger
    let world: World
    let sender: any WebhookSender
    let secrets: @Sendable (_ variable: String) -> String?
    private let logger = Logger(label: "martlet.webhooks")

    /// A delivery is tried so often: the last about nine hours behind the first.
    static let attempts = 10

    init(
        database: Database,
        ledger: Ledger,
        world: World,
        sender: any WebhookSender,
        secrets: @escaping @Sendable (_ variable: String) -> String?
    ) {
        self.database = database
        self.ledger = ledger
        self.world = world
        self.sender = sender
        self.secrets = secrets
    }

    /// The pause behind an attempt: 5 s, 20 s, 80 s, … at most three hours.
    static func pause(after attempts: Int) -> Duration {
        .seconds(min(10_800, 5 << (2 * min(attempts - 1, 8))))
    }

    /// Puts events into the queues of those who want them. Returns the place reached in the log.
    ///
    /// Only the kinds that some webhook asks for are read; a webhook made later does not get what was before it.
    func enqueue() async throws -> Int64 {
        let (ledger, world) = (ledger, world)
        let kinds = try await database.read { tx in
            try WebhookTable.all(tx).reduce(into: Set<String>()) { $0.formUnion($1.events) }
        }
        if kinds.isEmpty { return try await ledger.head() }
        let reader = EventReader("webhooks", ledger: ledger, kinds: kinds) { event, tx in
            for webhook in try WebhookTable.all(tx) where webhook.wants(event) {
                let id = world.orderedID()
                let isQueued = try WebhookTable.enqueue(
                    tx,
                    id: id,
                    webhook: webhook.id,
                    event: event.sequence,
                    now: world.now()
                )
                if isQueued { continue }
                try ledger.append(
                    tx,
                    kind: "webhook.failed",
                    subject: "webhook:\(webhook.id)",
                    actor: "server",
                    payload: ["event": .int(event.sequence), "delivery": .string(id), "error": "the queue is full"]
                )
            }
        }
        return try await reader.step()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let at = try await enqueue()
                    if try await step() { continue }
                    await ledger.waitForEvents(after: at, upTo: .seconds(2))
                    // Events come in bursts; a look at each of them would be a transaction each.
                    try await Task.sleep(for: .milliseconds(20))
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("webhooks stand still; trying again", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(1))
                }
            }
        }
    }

    /// Sends what is due, one delivery a webhook, all webhooks side by side. Tests call it instead of waiting.
    ///
    /// - Returns: Whether anything was sent.
    func step() async throws -> Bool {
        let now = world.now()
        let due = try await database.read { tx in
            try WebhookTable.heads(tx).filter { $0.notBefore <= now }.prefix(16).compactMap { delivery in
                try WebhookTable.find(tx, id: delivery.webhook).map { (delivery, $0) }
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (delivery, webhook) in due {
                group.addTask { try await send(delivery, to: webhook) }
            }
            try await group.waitForAll()
        }
        return !due.isEmpty
    }

    private func send(_ delivery: Delivery, to webhook: Webhook) async throws {
        var settled = delivery
        settled.attempts += 1
        settled.status = nil
        settled.error = nil
        var isFinal = settled.attempts >= Self.attempts
        do {
            guard let event = try await ledger.events(after: delivery.eventSequence - 1, limit: 1).first else {
                throw MartletError(.notFound, "event \(delivery.eventSequence) is not in the log")
            }
            let body = event.json.bytes()
            let headers = try headers(delivery, webhook, body: body)
            let status = try await sender.send(to: try WebhookTarget(webhook.url), headers: headers, body: body)
            settled.status = status
            if !(200..<300).contains(status) { settled.error = "the receiver answered \(status)" }
            // A receiver that says "gone" means it.
            if status == 410 { isFinal = true }
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as MartletError {
            if error.code == .cancelled { throw CancellationError() }
            settled.error = error.message
            isFinal = isFinal || !error.isRetryable
        } catch {
            if Task.isCancelled { throw CancellationError() }
            settled.error = "\(error)"
        }
        let now = world.now()
        if settled.error == nil {
            settled.state = .delivered
            settled.finished = now
        } else if isFinal {
            settled.state = .failed
            settled.finished = now
        } else {
            settled.notBefore = now + Self.pause(after: settled.attempts)
        }
        try await write(settled, webhook)
    }

    private func headers(_ delivery: Delivery, _ webhook: Webhook, body: [UInt8]) throws -> [(String, String)] {
        let seconds = world.now().milliseconds / 1000
        var headers = [
            ("Content-Type", "application/json"), ("User-Agent", "martlet"), ("Martlet-Delivery-Id", delivery.id),
            ("Martlet-Timestamp", String(seconds)),
        ]
        var secret = webhook.secret
        if let variable = webhook.secretVariable {
            guard let value = secrets(variable), !value.isEmpty else {
                throw MartletError(
                    .unavailable,
                    "the environment variable '\(variable)' with the webhook's secret is not set",
                    hint: "set it for the server; nothing is sent unsigned instead"
                )
            }
            secret = value
        }
        if let secret {
            let signature = WebhookSignature.sign(id: delivery.id, timestamp: seconds, body: body, secret: secret)
            headers.append(("Martlet-Signature", signature))
        }
        return headers
    }

    private func write(_ delivery: Delivery, _ webhook: Webhook) async throws {
        let ledger = ledger
        try await database.write { tx in
            guard try WebhookTable.settle(tx, delivery), delivery.state != .pending else { return }
            try ledger.append(
                tx,
                kind: delivery.state == .delivered ? "webhook.delivered" : "webhook.failed",
                subject: "webhook:\(webhook.id)",
                actor: "server",
                payload: [
                    "webhook": .string(webhook.id), "event": .int(delivery.eventSequence),
                    "delivery": .string(delivery.id), "attempts": JSON(delivery.attempts),
                    "status": JSON(delivery.status), "error": JSON(delivery.error),
                ]
            )
        }
    }
}
