import Basics
import Logging
public import Storage

/// Reacts to events, each exactly once: the handler's changes and the cursor's move are one transaction.
///
/// ```swift
/// let reader = EventReader("triggers", ledger: ledger, kinds: ["dataset_version.created"]) { event, tx in
///     try tx.execute("INSERT INTO …", …)
/// }
/// try await reader.run()
/// ```
///
/// A handler that throws is tried again after a pause, for ever: the log stands still for this reader, and nothing is lost.
public struct EventReader: Sendable {
    /// What is done for an event; what it changes must go through the transaction.
    public typealias Handler = @Sendable (Event, Transaction) throws -> Void

    /// The cursor's name.
    public let name: String
    private let ledger: Ledger
    private let kinds: Set<String>?
    private let handler: Handler
    private let logger: Logger

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - name: Names the cursor; the same name goes on where it stopped.
    ///   - ledger: Whose log.
    ///   - kinds: Only these kinds; all if `nil`.
    ///   - handler: What is done for each.
    public init(_ name: String, ledger: Ledger, kinds: Set<String>? = nil, handler: @escaping Handler) {
        self.name = name
        self.ledger = ledger
        self.kinds = kinds
        self.handler = handler
        logger = Logger(label: "martlet.reader.\(name)")
    }

    /// Reads until the task is cancelled.
    public func run() async throws {
        while !Task.isCancelled {
            do {
                let at = try await step()
                await ledger.waitForEvents(after: at, upTo: .seconds(15))
            } catch is CancellationError {
                return
            } catch {
                logger.error("an event could not be handled; trying again", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Handles all events that are there, and returns the place reached. Tests call it instead of waiting.
    @discardableResult
    public func step() async throws -> Int64 {
        while true {
            let (name, kinds, handler) = (name, kinds, handler)
            // One event a transaction: a failure holds up that event only, and no transaction grows long.
            let (at, more) = try await ledger.database.write { tx -> (Int64, Bool) in
                let at = try tx.row("SELECT sequence FROM event_cursors WHERE reader = $1", name)?.int("sequence") ?? 0
                guard let event = try Ledger.events(tx, after: at, kinds: kinds, subject: nil, limit: 1).first else {
                    let head = try tx.row("SELECT sequence FROM event_head WHERE id = 0")?.int("sequence") ?? 0
                    return (head, false)
                }
                try handler(event, tx)
                try tx.execute(
                    "INSERT INTO event_cursors (reader, sequence) VALUES ($1, $2) ON CONFLICT (reader) DO UPDATE SET sequence = excluded.sequence",
                    name,
                    event.sequence
                )
                return (event.sequence, true)
            }
            if !more { return at }
        }
    }
}
