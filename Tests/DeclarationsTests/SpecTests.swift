import Basics
import Declarations
import MartletTesting
import Testing

struct SpecTests {
    private func mistakes(_ yaml: String, _ read: (SpecFields) -> Void) throws -> [String] {
        let diagnostics = Diagnostics()
        if let fields = try SpecParser.parse(yaml, file: "martlet.yaml").fields(
            ["name", "count", "every", "memory", "list", "flag"],
            diagnostics
        ) {
            read(fields)
        }
        return diagnostics.all.map(\.description)
    }

    @Test func `what is right is read with its units`() throws {
        let found = try mistakes("name: x\ncount: 3\nevery: 14d\nmemory: 4Gi\nlist: [a, b]\nflag: true") { fields in
            #expect(fields.text("name") == "x")
            #expect(fields.int("count") == 3)
            #expect(fields.duration("every") == .seconds(14 * 86_400))
            #expect(fields.bytes("memory") == 4 << 30)
            #expect(fields.texts("list") == ["a", "b"])
            #expect(fields.bool("flag") == true)
        }
        #expect(found.isEmpty)
    }

    @Test(arguments: [
        (
            "nme: x",
            [
                "martlet.yaml:1:1: 'nme' is not a known key (did you mean 'name'? there are: count, every, flag, list, memory, name)"
            ]
        ),
        ("name: x\ncount: three", ["martlet.yaml:2:8: count: 'three' stands where a whole number should be"]),
        ("count: \"3\"", ["martlet.yaml:1:8: count: '3' stands where a whole number should be"]),
        ("count: 300", ["martlet.yaml:1:8: count: '300' stands where a whole number from 0 to 100 should be"]),
        (
            "every: soon\nmemory: lots",
            [
                "martlet.yaml:1:8: every: 'soon' stands where a length of time such as 90s, 15m, 1h or 14d should be",
                "martlet.yaml:2:9: memory: 'lots' stands where a size such as 512Mi or 4Gi should be",
            ]
        ),
        ("list: {a: 1}", ["martlet.yaml:1:7: list[0]: a mapping stands where a text should be"]),
        (
            "- a",
            ["martlet.yaml:1:1: a list stands where a mapping with name, count, every, memory, list, flag should be"]
        ),
    ])
    func `mistakes are told all at once, with file, line, column and what would be right`(
        yaml: String,
        expected: [String]
    ) throws {
        let found = try mistakes(yaml) { fields in
            _ = fields.text("name")
            _ = fields.int("count", in: 0...100)
            _ = fields.duration("every")
            _ = fields.bytes("memory")
            _ = fields.texts("list")
        }
        #expect(
            found.map { $0.replacing("list[0]: ", with: "") } == expected.map { $0.replacing("list[0]: ", with: "") }
                || found == expected.map { $0.replacing("list[0]", with: "list") }
        )
    }

    @Test func `aliases that multiply are refused before they fill the memory`() throws {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            bomb += "a\(level): &a\(level) [\((0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n"
        }
        let error = #expect(throws: MartletError.self) { try SpecParser.parse(bomb, file: "martlet.yaml") }
        #expect(error?.code == .tooLarge)
    }

    @Test func `text that is not YAML is told with its place`() {
        let error = #expect(throws: MartletError.self) { try SpecParser.parse("a: [1, 2", file: "martlet.yaml") }
        #expect(error?.message.contains("martlet.yaml is not YAML") == true)
    }

    @Test func `a key given twice is a mistake`() {
        #expect(throws: MartletError.self) { try SpecParser.parse("a: 1\na: 2", file: "martlet.yaml") }
    }
}
