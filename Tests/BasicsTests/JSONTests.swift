import Basics
import MartletTesting
import Testing

struct JSONTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", "[1,2.5,-3]", #"{"a":{"b":[null,"x"]},"c":"ü€😀"}"#, "9223372036854775807",
        "-9223372036854775808", #""\"\\\n\t\u0001""#, "1e+300", "5e-324",
    ])
    func `what is written reads back as it was`(text: String) throws {
        let value = try JSON(parsing: text)
        #expect(try JSON(parsing: value.text()) == value)
        #expect(value.text() == text || text.contains("\\u"))
    }

    @Test func `whole numbers keep all 64 bits and larger ones become doubles`() throws {
        #expect(try JSON(parsing: "9223372036854775807") == .int(.max))
        #expect(try JSON(parsing: "9223372036854775808") == .double(9_223_372_036_854_775_808))
        #expect(try JSON(parsing: "1.0") == .double(1))
        #expect(try JSON(parsing: "-0") == .int(0))
    }

    @Test func `Python's NaN and infinities are read, and written in the style that is asked for`() throws {
        let value = try JSON(parsing: "[NaN,Infinity,-Infinity]")
        #expect(value[0]?.double?.isNaN == true)
        #expect(value[1] == .double(.infinity))
        #expect(value.text() == #"["NaN","Infinity","-Infinity"]"#)
        #expect(value.text(nonFinite: .python) == "[NaN,Infinity,-Infinity]")
        #expect(value.text(nonFinite: .null) == "[null,null,null]")
    }

    @Test(arguments: [
        ("", "line 1, column 1: the text ends where a value should be"),
        ("{\"a\":1,}", "line 1, column 8: a key in double quotes is missing"),
        ("[1,\n 2", "line 2, column 3: ',' or ']' is missing in an array"),
        ("{\"a\" 1}", "line 1, column 6: ':' is missing after the key 'a'"),
        ("01", "line 1, column 3: a number must not begin with 0"),
        ("1.", "line 1, column 3: a digit is missing after '.'"),
        ("\"abc", "line 1, column 5: the text ends inside a string"),
        ("\"\\x\"", "line 1, column 4: unknown escape in a string"),
        ("nul", "line 1, column 1: unexpected word where a value should be"),
        ("1 2", "line 1, column 3: more text after the value"),
        ("'a'", "line 1, column 1: unexpected character where a value should be"),
    ])
    func `malformed text is told with line and column`(text: String, message: String) {
        #expect(throws: MartletError(.invalidArgument, "malformed JSON at \(message)")) { try JSON(parsing: text) }
    }

    @Test func `text that nests deeper than the limit is refused instead of using up the stack`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: MartletError.self) { try JSON(parsing: deep) }
        let allowed = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(throws: Never.self) { try JSON(parsing: allowed) }
    }

    @Test func `a string that is not UTF-8 is refused`() {
        #expect(throws: MartletError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test func `surrogate pairs become one character and lone ones the replacement`() throws {
        #expect(try JSON(parsing: #""\ud83d\ude00""#) == "😀")
        #expect(try JSON(parsing: #""\ud83d!""#) == "\u{FFFD}!")
    }

    @Test func `canonical bytes do not depend on the order of keys`() throws {
        let a = try JSON(parsing: #"{"b":1,"a":{"d":2,"c":3}}"#)
        let b = try JSON(parsing: #"{"a":{"c":3,"d":2},"b":1}"#)
        #expect(a.canonicalBytes() == b.canonicalBytes())
        #expect(String(decoding: a.canonicalBytes(), as: UTF8.self) == #"{"a":{"c":3,"d":2},"b":1}"#)
    }

    @Test func `an object of many keys finds, replaces and removes them`() {
        var object = JSONObject()
        for number in 0..<100 { object["k\(number)"] = .int(Int64(number)) }
        object["k50"] = "new"
        object["k10"] = nil
        #expect(object.count == 99)
        #expect(object["k50"] == "new")
        #expect(object["k10"] == nil)
        #expect(object["k99"] == 99)
        #expect(object.keys.first == "k0")
    }

    @Test func `random values survive writing and reading`() throws {
        var generator = Seeded(state: 42)
        for _ in 0..<500 {
            let value = random(&generator, depth: 0)
            #expect(try JSON(parsing: value.text(nonFinite: .python)) == value)
        }
    }

    private func random(_ generator: inout Seeded, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 4 ? 5 : 7), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .int(.random(in: .min ... .max, using: &generator))
        case 3: return .double(Double(bitPattern: generator.next() & ~(0x7FF << 52) | 0x3FE << 52) * 1e10)
        case 4:
            let scalars = (0..<Int.random(in: 0..<8, using: &generator)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 1..<0xD7FF, using: &generator))
            }
            return .string(String(String.UnicodeScalarView(scalars)))
        case 5: return .array((0..<3).map { _ in random(&generator, depth: depth + 1) })
        default: return ["a": random(&generator, depth: depth + 1), "b": random(&generator, depth: depth + 1)]
        }
    }
}

/// SplitMix64 (prng.di.unimi.it/splitmix64.c): the same seed, the same test.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
