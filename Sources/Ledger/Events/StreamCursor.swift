import Synchronization

/// How far a live stream has come.
final class StreamCursor: Sendable {
    private let place: Mutex<Int64>

    init(_ start: Int64) { place = Mutex(start) }

    var at: Int64 { place.withLock { $0 } }

    func move(to sequence: Int64) { place.withLock { $0 = max($0, sequence) } }
}
