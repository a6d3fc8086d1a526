import Basics
import Testing

@testable import Automation

@Suite struct CronLineTests {
    /// A line, a moment, and when it comes next.
    struct Case: Sendable, CustomTestStringConvertible {
        var line: String
        var after: String
        var next: String
        var testDescription: String { "\(line) after \(after)" }
    }

    @Test(arguments: [
        Case(line: "0 3 * * *", after: "2013-04-01T02:59:59Z", next: "2013-04-01T03:00:00Z"),
        Case(line: "0 3 * * *", after: "2013-04-01T03:00:00Z", next: "2013-04-02T03:00:00Z"),
        Case(line: "*/15 * * * *", after: "2013-04-01T03:01:00Z", next: "2013-04-01T03:15:00Z"),
        Case(line: "5/20 * * * *", after: "2013-04-01T03:26:00Z", next: "2013-04-01T03:45:00Z"),
        Case(line: "30 8-10 * * mon-fri", after: "2013-04-05T10:30:00Z", next: "2013-04-08T08:30:00Z"),
        Case(line: "0 0 1 * *", after: "2013-12-31T23:59:00Z", next: "2014-01-01T00:00:00Z"),
        Case(line: "0 0 29 feb *", after: "2013-01-01T00:00:00Z", next: "2016-02-29T00:00:00Z"),
        Case(line: "0 0 13 * 5", after: "2013-09-01T00:00:00Z", next: "2013-09-06T00:00:00Z"),
        Case(line: "0 12 * * 7", after: "2013-04-01T00:00:00Z", next: "2013-04-07T12:00:00Z"),
        Case(line: "0 12 * * sun", after: "2013-04-01T00:00:00Z", next: "2013-04-07T12:00:00Z"),
        Case(line: "1,31 22 31 12 *", after: "2013-12-31T22:01:00Z", next: "2013-12-31T22:31:00Z"),
        Case(line: "@monthly", after: "2013-02-10T10:00:00Z", next: "2013-03-01T00:00:00Z"),
        Case(line: "@hourly", after: "2013-02-10T10:00:00Z", next: "2013-02-10T11:00:00Z"),
    ])
    func `a line comes at its next minute`(_ given: Case) throws {
        let after = try #require(Timestamp(iso8601: given.after))
        #expect(try CronLine(given.line).next(after: after) == Timestamp(iso8601: given.next))
    }

    @Test(
        arguments: zip(
            [
                "0 3 * *", "60 * * * *", "* * 0 * *", "*/0 * * * *", "a * * * *", "5-2 * * * *", "0 0 30 2 *", "",
                "1,, * * * *",
            ],
            [
                "'0 3 * *' is not a line of cron: it has 4 fields", "'60' is no minute of cron",
                "'0' is no day of the month of cron", "'*/0' is no minute of cron", "'a' is no minute of cron",
                "'5-2' is no minute of cron", "'0 0 30 2 *' never comes",
                "'' is not a line of cron: it has 0 fields", "'' is no minute of cron",
            ]
        )
    )
    func `a line that is none is refused with the field`(_ line: String, _ message: String) throws {
        let error = #expect(throws: MartletError.self) { try CronLine(line) }
        #expect(error?.message == message)
    }
}
