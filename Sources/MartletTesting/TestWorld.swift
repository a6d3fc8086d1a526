public import Basics
import Synchronization

/// A clock that stands still until a test moves it.
public final class TestTime: TimeSource {
    private let time: Mutex<Timestamp>

    /// Makes a clock.
    ///
    /// - Parameter start: 2026-01-01T00:00:00Z unless told otherwise.
    public init(_ start: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) { time = Mutex(start) }

    /// The moment it shows.
    public func now() -> Timestamp { time.withLock { $0 } }

    /// Moves it on.
    public func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// Names that count: the first is …0001.
public final class CountedIDs: IDSource {
    private let count = Mutex<UInt64>(0)

    /// Begins with 1.
    public init() {}

    /// 32 digits.
    public func uuid() -> String { padded(to: 32) }

    /// 26 digits.
    public func ordered(at time: Timestamp) -> String { padded(to: 26) }

    private func padded(to width: Int) -> String {
        let digits = String(
            count.withLock { count in
                count += 1
                return count
            }
        )
        return String(repeating: "0", count: width - digits.count) + digits
    }
}

extension World {
    /// A world whose clock stands still and whose names count.
    ///
    /// - Parameter time: Its clock, for tests that move it.
    public static func test(time: TestTime = TestTime()) -> World { World(time: time, ids: CountedIDs()) }
}
