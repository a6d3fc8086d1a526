import Basics
import Storage
import Testing

@testable import Tracking

@Suite struct `The filter language` {
    @Test(arguments: [
        ("metrics.acc > 0.5", "metrics", "acc", ">"),
        ("METRICS.acc>0.5", "metrics", "acc", ">"),
        ("metrics.`a b/c` <= 1e-3", "metrics", "a b/c", "<="),
        ("metrics.\"a.b\" != -1", "metrics", "a.b", "!="),
        ("metrics.a.b.c = 1", "metrics", "a.b.c", "="),
        ("metrics.top_5-acc:x/y = 1", "metrics", "top_5-acc:x/y", "="),
        ("tags.`it's` LIKE '%x'", "tags", "it's", "LIKE"),
        ("params.p ilike 'x'", "params", "p", "ILIKE"),
        ("tags.t is not null", "tags", "t", "IS NOT NULL"),
        ("tags.t IS NULL", "tags", "t", "IS NULL"),
        ("run_id not  in ('a', \"b\")", nil, "run_id", "NOT IN"),
    ])
    func `a comparison has a field and a comparator`(
        _ text: String,
        _ entity: String?,
        _ key: String,
        _ comparator: String
    ) throws {
        let conditions = try FilterParser.conditions(text)
        #expect(conditions.count == 1)
        #expect(conditions.first?.field.entity == entity)
        #expect(conditions.first?.field.key == key)
        #expect(conditions.first?.comparator.rawValue == comparator)
    }

    @Test func `a doubled quote stands for itself`() throws {
        #expect(try FilterParser.conditions("tags.a = 'it''s'").first?.operand == .text("it's"))
    }

    @Test func `conditions are joined by AND`() throws {
        #expect(try FilterParser.conditions("a = 'x' AND b.c < 3 and d IN ('e','f')").count == 3)
        #expect(try FilterParser.conditions("   ").isEmpty)
    }

    @Test(arguments: [
        ("metrics.a > 1 OR b = 2", "found OR at character 15 where AND (OR is not part of the filter language)"),
        ("metrics.a >", "found the end at character 12 where a number, or a text in quotes"),
        ("metrics. > 1", "found > at character 10 where a key behind 'metrics.'"),
        ("metrics.a ~ 1", "unexpected '~' at character 11"),
        ("metrics.a <> 1", "Invalid comparator '<>' at character 11"),
        ("a = 'open", "the quote ' at character 5 of the filter is not closed"),
        ("a IN ()", "expected string value, punctuation, or whitespace, but got ) at character 7"),
        ("a IN (1)", "but got 1 at character 7"),
        ("AND", "a comparator"),
        ("a = 'b' c", "found c at character 9"),
        ("a = b", "found b at character 5"),
    ])
    func `a mistake is told with its place`(_ text: String, _ part: String) throws {
        let error = #expect(throws: MartletError.self) { try FilterParser.conditions(text) }
        #expect(error?.code == .invalidArgument)
        #expect(
            error?.message.contains(part.replacing(" of the filter is", with: " is")) == true,
            "\(error?.message ?? "")"
        )
    }

    @Test func `a filter has limits`() throws {
        let many = Array(repeating: "metrics.a > 1", count: 51).joined(separator: " AND ")
        #expect(throws: MartletError.self) { try FilterParser.conditions(many) }
        #expect(throws: MartletError.self) { try FilterParser.conditions(String(repeating: "a", count: 30_000)) }
    }

    @Test func `random text never does more than fail`() throws {
        let pieces = [
            "metrics", ".", "a", "'", "\"", "`", " ", "(", ")", ",", "=", "<", "AND", "IN", "IS", "NOT", "1", "é",
            "\u{0}", "-", "LIKE",
        ]
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            let length = Int.random(in: 0...12, using: &generator)
            let text = (0..<length).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            do { _ = try FilterParser.conditions(text) } catch let error as MartletError {
                #expect(error.code == .invalidArgument)
            }
        }
    }

    @Test func `a page's token names the row behind which the next page begins`() throws {
        let order = [SortKey("r.start_time", descending: true), SortKey("r.id")]
        let values: [String: JSON] = ["k": ["i5", "tx"]]
        #expect(values.count == 1)
        for text in ["", "zz", "7b7d", "ffff", String(repeating: "0", count: 40_000)] where !text.isEmpty {
            #expect(throws: MartletError.self) { try Page(token: text, order: order, limit: 1, query: "q") }
        }
        #expect(PageToken.decode(PageToken.encode("ü")) == "ü")
        for value in [SQLValue.int(-5), .double(0.1), .double(.infinity), .text("it's"), .text("")] {
            #expect(PageToken.value(PageToken.text(value)) == value)
        }
    }
}
