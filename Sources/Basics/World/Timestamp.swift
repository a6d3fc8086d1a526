/// A moment: milliseconds since 1970-01-01T00:00:00Z, as MLflow and the event log count them.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970, leap seconds not counted; negative before.
    public var milliseconds: Int64

    /// Makes a moment.
    ///
    /// - Parameter milliseconds: Milliseconds since 1970.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Whether one is earlier than the other.
    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    /// The moment some time later.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds + duration.milliseconds)
    }

    /// The moment some time earlier.
    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds - duration.milliseconds)
    }

    /// The time between two moments.
    public static func - (a: Timestamp, b: Timestamp) -> Duration {
        .milliseconds(a.milliseconds - b.milliseconds)
    }

    /// The moment rounded down to a whole multiple of a duration since 1970: the start of its window.
    ///
    /// - Parameter window: The length; at least one millisecond.
    public func floored(to window: Duration) -> Timestamp {
        let length = max(1, window.milliseconds)
        let remainder = milliseconds % length
        return Timestamp(milliseconds: milliseconds - (remainder < 0 ? remainder + length : remainder))
    }
}

extension Duration {
    /// The duration in whole milliseconds, rounded towards zero.
    public var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// The duration in seconds.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC.
    public var description: String { iso8601 }

    /// ISO 8601 in UTC with milliseconds, such as `2013-04-01T05:00:00.000Z`.
    public var iso8601: String {
        let (days, inDay) = Self.divide(milliseconds, 86_400_000)
        let date = CivilDate(daysSince1970: days)
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let clock =
            "\(padded(inDay / 3_600_000, 2)):\(padded(inDay / 60_000 % 60, 2)):\(padded(inDay / 1000 % 60, 2)).\(padded(inDay % 1000, 3))"
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(clock)Z"
    }

    /// Reads ISO 8601: a date, optionally with a time (`T` or a space between), fraction of a second and zone (UTC if absent).
    ///
    /// - Parameter iso8601: Such as `2013-04-01`, `2013-04-01 05:00:00`, `2013-04-01T05:00:00.25+02:00`.
    /// - Returns: `nil` for anything else.
    public init?(iso8601 text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), (1...12).contains(month),
            scanner.take("-"), let day = scanner.number(2), (1...31).contains(day)
        else { return nil }
        var total = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400_000
        if !scanner.isAtEnd {
            guard scanner.take("T") || scanner.take(" "), let hour = scanner.number(2), hour < 25, scanner.take(":"),
                let minute = scanner.number(2), minute < 60
            else { return nil }
            total += hour * 3_600_000 + minute * 60_000
            if scanner.take(":") {
                guard let second = scanner.number(2), second < 61 else { return nil }
                total += second * 1000
                if scanner.take(".") {
                    guard let fraction = scanner.fraction() else { return nil }
                    total += Int64(fraction * 1000)
                }
            }
            if !scanner.isAtEnd, !scanner.take("Z") {
                let east = scanner.take("+")
                guard east || scanner.take("-"), let hours = scanner.number(2) else { return nil }
                _ = scanner.take(":")
                let minutes = scanner.isAtEnd ? 0 : scanner.number(2)
                guard let minutes else { return nil }
                total -= (east ? 1 : -1) * (hours * 3_600_000 + minutes * 60_000)
            }
            guard scanner.isAtEnd else { return nil }
        }
        self.init(milliseconds: total)
    }

    /// The day of the week, 0 for Sunday, of the moment in UTC.
    public var weekday: Int {
        let (days, _) = Self.divide(milliseconds, 86_400_000)
        return Int(((days + 4) % 7 + 7) % 7)
    }

    /// The calendar fields of the moment in UTC.
    public var calendar: (year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64) {
        let (days, inDay) = Self.divide(milliseconds, 86_400_000)
        let date = CivilDate(daysSince1970: days)
        return (date.year, date.month, date.day, inDay / 3_600_000, inDay / 60_000 % 60)
    }

    /// Division that rounds down, so that moments before 1970 come out right.
    private static func divide(_ value: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = value % by
        return remainder < 0 ? (value / by - 1, remainder + by) : (value / by, remainder)
    }
}

/// A date of the proleptic Gregorian calendar.
///
/// The conversions are Howard Hinnant's `days_from_civil` and `civil_from_days`
/// (howardhinnant.github.io/date_algorithms.html).
struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

/// Reads fixed-width numbers and separators from a text's bytes.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<width {
            guard let byte = rest.first, case let digit = byte &- UInt8(ascii: "0"), digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
            rest.removeFirst()
        }
        return value
    }

    mutating func fraction() -> Double? {
        var value = 0.0
        var scale = 0.1
        var any = false
        while let byte = rest.first, case let digit = byte &- UInt8(ascii: "0"), digit < 10 {
            value += Double(digit) * scale
            scale /= 10
            any = true
            rest.removeFirst()
        }
        // Half a microsecond guards against .25 becoming 249.999… milliseconds.
        return any ? value + 0.000_000_5 : nil
    }
}
