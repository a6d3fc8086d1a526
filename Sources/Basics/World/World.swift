import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Tells the time. Tests pass a clock that they move.
public protocol TimeSource: Sendable {
    /// The moment it is now.
    func now() -> Timestamp
}

/// Makes names that nobody else has. Tests pass one that counts.
public protocol IDSource: Sendable {
    /// 128 random bits as 32 hexadecimal digits: how MLflow names runs.
    func uuid() -> String
    /// 26 characters of Crockford's base 32 that sort by the time they were made: 48 bits of time, 80 of chance.
    ///
    /// - Parameter time: The time that the name begins with.
    func ordered(at time: Timestamp) -> String
}

/// What the world outside decides, passed to every room as a value: the time, and names.
public struct World: Sendable {
    /// Tells the time.
    public var time: any TimeSource
    /// Makes names.
    public var ids: any IDSource

    /// Makes a world.
    public init(time: any TimeSource, ids: any IDSource) {
        self.time = time
        self.ids = ids
    }

    /// The real one.
    public static let system = World(time: SystemTime(), ids: RandomIDs())

    /// The moment it is now.
    public func now() -> Timestamp { time.now() }
    /// A fresh name of 32 hexadecimal digits.
    public func uuid() -> String { ids.uuid() }
    /// A fresh name that sorts by time.
    public func orderedID() -> String { ids.ordered(at: time.now()) }
}

/// The system's clock.
public struct SystemTime: TimeSource {
    /// Makes one.
    public init() {}

    /// The moment it is now.
    public func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// Names from the system's random numbers.
public final class RandomIDs: IDSource {
    /// The last ordered name's time and chance: names of one millisecond count up, so that they stay in order.
    private let last = Mutex<(time: Int64, high: UInt16, low: UInt64)>((0, 0, 0))

    /// Makes one.
    public init() {}

    /// 128 random bits as 32 hexadecimal digits.
    public func uuid() -> String {
        var generator = SystemRandomNumberGenerator()
        return Self.hexadecimal(generator.next()) + Self.hexadecimal(generator.next())
    }

    /// A name that sorts behind all that this source made before.
    public func ordered(at time: Timestamp) -> String {
        let (time, high, low) = last.withLock { last in
            if time.milliseconds > last.time {
                var generator = SystemRandomNumberGenerator()
                // The top bit stays free, so that counting up never wraps within a millisecond.
                last = (time.milliseconds, UInt16.random(in: 0...0x7FFF, using: &generator), generator.next())
            } else {
                let (sum, overflow) = last.low.addingReportingOverflow(1)
                last = (last.time, overflow ? last.high &+ 1 : last.high, sum)
            }
            return last
        }
        return Base32.encode(time: UInt64(bitPattern: time), high: high, low: low)
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The text form of ordered names, after the ULID specification (github.com/ulid/spec), in lower case.
public enum Base32 {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Encodes 48 bits of time and 80 of chance as 26 characters.
    public static func encode(time: UInt64, high: UInt16, low: UInt64) -> String {
        var out = [UInt8](repeating: 0, count: 26)
        for index in 0..<10 { out[index] = alphabet[Int(time >> UInt64(5 * (9 - index))) & 31] }
        var chance = (UInt128(high) << 64) | UInt128(low)
        for index in (10..<26).reversed() {
            out[index] = alphabet[Int(truncatingIfNeeded: chance & 31)]
            chance >>= 5
        }
        return String(decoding: out, as: UTF8.self)
    }
}
