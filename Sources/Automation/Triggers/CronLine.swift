public import Basics

/// A line of cron: five fields, in UTC.
///
/// Minute, hour, day of the month, month, day of the week; each `*`, a number, a range `a-b`, a list `a,b`, with a step `/n`;
/// months and days of the week also by their English names' first three letters; Sunday is 0 and 7. Where both days are
/// restricted, either may match (POSIX `crontab`). `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` stand for
/// their usual lines.
public struct CronLine: Sendable, Hashable {
    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    private let weekdays: UInt64
    private let isAnyDay: Bool
    private let isAnyWeekday: Bool

    /// Reads a line.
    ///
    /// - Throws: `invalidArgument` with the field that is wrong.
    public init(_ text: String) throws {
        let line = Self.nicknames[text.trimmed] ?? text
        let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard fields.count == 5 else {
            throw MartletError(
                .invalidArgument,
                "'\(text.prefix(80))' is not a line of cron: it has \(fields.count) fields",
                hint: "five: minute hour day month weekday, such as '0 3 * * *'"
            )
        }
        minutes = try Self.field(fields[0], "minute", 0...59)
        hours = try Self.field(fields[1], "hour", 0...23)
        days = try Self.field(fields[2], "day of the month", 1...31)
        months = try Self.field(fields[3], "month", 1...12, names: Self.monthNames, firstName: 1)
        let week = try Self.field(fields[4], "day of the week", 0...7, names: Self.weekdayNames, firstName: 0)
        weekdays = week & (1 << 7) != 0 ? week | 1 : week
        isAnyDay = fields[2].hasPrefix("*")
        isAnyWeekday = fields[4].hasPrefix("*")
        guard next(after: Timestamp(milliseconds: 0)) != nil else {
            throw MartletError(
                .invalidArgument,
                "'\(text.prefix(80))' never comes",
                hint: "does the month have that day?"
            )
        }
    }

    /// The first minute behind a moment at which the line is due; `nil` if none comes within eight years.
    public func next(after time: Timestamp) -> Timestamp? {
        var at = time.floored(to: .seconds(60)) + .seconds(60)
        // Eight years hold every 29 February, also around 2100.
        let end = time + .seconds(8 * 366 * 86_400)
        while at <= end {
            let fields = at.calendar
            guard months & (1 << UInt64(fields.month)) != 0, isDay(fields.day, weekday: at.weekday) else {
                at = at.floored(to: .seconds(86_400)) + .seconds(86_400)
                continue
            }
            guard hours & (1 << UInt64(fields.hour)) != 0 else {
                at = at.floored(to: .seconds(3600)) + .seconds(3600)
                continue
            }
            guard minutes & (1 << UInt64(fields.minute)) != 0 else {
                at = at + .seconds(60)
                continue
            }
            return at
        }
        return nil
    }

    private func isDay(_ day: Int64, weekday: Int) -> Bool {
        let isDay = days & (1 << UInt64(day)) != 0
        let isWeekday = weekdays & (1 << UInt64(weekday)) != 0
        return isAnyDay || isAnyWeekday ? isDay && isWeekday : isDay || isWeekday
    }

    private static let nicknames = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
    private static let monthNames = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    private static func field(
        _ text: Substring,
        _ name: String,
        _ range: ClosedRange<Int>,
        names: [String] = [],
        firstName: Int = 0
    ) throws -> UInt64 {
        func wrong(_ part: Substring) -> MartletError {
            MartletError(
                .invalidArgument,
                "'\(part.prefix(40))' is no \(name) of cron",
                hint: "from \(range.lowerBound) to \(range.upperBound), '*', a-b, a,b or */n"
            )
        }
        func number(_ part: Substring) throws -> Int {
            if let index = names.firstIndex(of: part.lowercased()) { return index + firstName }
            guard part.utf8.count <= 2, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(part),
                range.contains(number)
            else { throw wrong(part) }
            return number
        }
        var bits: UInt64 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "/", omittingEmptySubsequences: false)
            guard let body = sides.first, sides.count <= 2 else { throw wrong(part) }
            let step = sides.count == 2 ? Int(sides[1]) ?? 0 : 1
            guard (1...range.upperBound + 1).contains(step) else { throw wrong(part) }
            let first: Int
            let last: Int
            if body == "*" {
                (first, last) = (range.lowerBound, range.upperBound)
            } else {
                let ends = body.split(separator: "-", omittingEmptySubsequences: false)
                guard let from = ends.first, ends.count <= 2 else { throw wrong(part) }
                first = try number(from)
                // A single number with a step goes on to the end, as Vixie cron has it.
                last = ends.count == 2 ? try number(ends[1]) : (sides.count == 2 ? range.upperBound : first)
            }
            guard first <= last else { throw wrong(part) }
            for value in stride(from: first, through: last, by: step) { bits |= 1 << UInt64(value) }
        }
        return bits
    }
}

extension String {
    /// Without spaces at both ends.
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
