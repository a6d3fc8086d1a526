import Basics
import Serving
import Synchronization

/// Lets requests that arrive together be one write: one transaction, one update of each window's counts.
///
/// No task of its own: the first of those that wait writes for all, then hands the lead to the next. A group that fails is
/// written again one by one, so that a bad request fails alone.
final class RecordQueue: Sendable {
    typealias Write = @Sendable ([PreparedBatch]) async throws -> Void

    /// More than this many waiting requests are told to come back later.
    private static let queueLimit = 8192
    private static let groupLimit = 256
    /// A group ends here, so that one transaction does not grow with the backlog.
    private static let groupRows = 50_000

    private enum Turn {
        case lead
        case done
    }

    private struct Item {
        let id: UInt64
        let batch: PreparedBatch
        /// Nil for the leader's own.
        var continuation: CheckedContinuation<Turn, any Error>?
    }

    private struct State {
        var waiting: [Item] = []
        var isLed = false
        var next: UInt64 = 0
    }

    private let state = Mutex(State())
    private let write: Write

    init(write: @escaping Write) { self.write = write }

    /// Returns after the batch is durable.
    func submit(_ batch: PreparedBatch) async throws {
        let id: UInt64? = state.withLock { state in
            guard !state.isLed else { return nil }
            state.isLed = true
            state.next += 1
            state.waiting.insert(Item(id: state.next, batch: batch, continuation: nil), at: 0)
            return state.next
        }
        if let id { return try await lead(own: id) }
        let place = Mutex<UInt64>(0)
        let turn = try await withCheckedThrowingContinuation { continuation in
            enum Next { case lead, wait, refuse }
            let next: Next = state.withLock { state in
                guard state.waiting.count < Self.queueLimit else { return .refuse }
                state.next += 1
                let id = state.next
                place.withLock { $0 = id }
                // The leader may have gone since: then it is this one's turn.
                if !state.isLed {
                    state.isLed = true
                    state.waiting.insert(Item(id: id, batch: batch, continuation: nil), at: 0)
                    return .lead
                }
                state.waiting.append(Item(id: id, batch: batch, continuation: continuation))
                return .wait
            }
            switch next {
            case .lead: continuation.resume(returning: .lead)
            case .wait: break
            case .refuse:
                continuation.resume(
                    throwing: MartletError(
                        .exhausted,
                        "\(Self.queueLimit) requests wait for the prediction log",
                        hint: "try again in a second"
                    )
                )
            }
        }
        if turn == .lead { try await lead(own: place.withLock { $0 }) }
    }

    /// Writes the first group, in which the leader's own batch is the first, and hands over.
    private func lead(own: UInt64) async throws {
        let group = state.withLock { state in
            var rows = 0
            let count = state.waiting.prefix(Self.groupLimit).prefix { item in
                defer { rows += item.batch.batch.scores.count }
                return rows < Self.groupRows
            }.count
            let group = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            return group
        }
        var failure: (any Error)?
        do {
            try await write(group.map(\.batch))
            for item in group { item.continuation?.resume(returning: .done) }
        } catch {
            if group.count == 1 { failure = error }
            for item in group where group.count > 1 {
                do {
                    try await write([item.batch])
                    item.continuation?.resume(returning: .done)
                } catch {
                    if item.id == own { failure = error }
                    item.continuation?.resume(throwing: error)
                }
            }
        }
        let next: CheckedContinuation<Turn, any Error>? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isLed = false
                return nil
            }
            defer { state.waiting[0].continuation = nil }
            return state.waiting[0].continuation
        }
        next?.resume(returning: .lead)
        if let failure { throw failure }
    }
}
