import Basics
import MartletTesting
import Testing

struct WorldTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0), ("2013-04-01T05:06:07.089Z", 1_364_792_767_089),
        ("1969-12-31T23:59:59.999Z", -1), ("2000-02-29T12:00:00.000Z", 951_825_600_000),
        ("2100-03-01T00:00:00.000Z", 4_107_542_400_000),
    ])
    func `moments are written and read as ISO 8601`(text: String, milliseconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        ("2013-04-01", 1_364_774_400_000), ("2013-04-01 05:00", 1_364_792_400_000),
        ("2013-04-01T07:00:00+02:00", 1_364_792_400_000), ("2013-04-01T00:00:00-0500", 1_364_792_400_000),
        ("2013-04-01T05:00:00.25", 1_364_792_400_250),
    ])
    func `shorter forms and zones are understood`(text: String, milliseconds: Int64) {
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "yesterday", "2013-13-01", "2013-04-01T", "2013-04-01T25:61", "2013-04-01T05:00:00x"])
    func `what is not a moment is nil`(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `windows begin at multiples of their length, before 1970 too`() {
        #expect(Timestamp(milliseconds: 7_300_000).floored(to: .seconds(3600)).milliseconds == 7_200_000)
        #expect(Timestamp(milliseconds: -1).floored(to: .seconds(3600)).milliseconds == -3_600_000)
    }

    @Test func `ordered names sort in the order in which they were made`() {
        let ids = RandomIDs()
        let time = Timestamp(milliseconds: 1_700_000_000_000)
        let names = (0..<2000).map { ids.ordered(at: time + .milliseconds($0 / 100)) }
        #expect(names == names.sorted())
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.count == 26 })
    }

    @Test func `the nearest known name is suggested for a slip of the hand only`() {
        #expect(Suggestion.nearest(to: "fligths", among: ["flights", "trains"]) == "flights")
        #expect(Suggestion.nearest(to: "pis", among: ["js", "psi"]) == "psi")
        #expect(Suggestion.nearest(to: "zebra", among: ["flights", "trains"]) == nil)
        #expect(
            Suggestion.hint(for: "orgin", among: ["origin", "carrier"])
                == "did you mean 'origin'? there are: carrier, origin"
        )
    }

    @Test func `only kinds of failure that may pass are worth trying again`() {
        #expect(
            MartletErrorCode.allCases.filter { MartletError($0, "x").isRetryable } == [
                .exhausted, .unavailable, .deadlineExceeded,
            ]
        )
    }
}
