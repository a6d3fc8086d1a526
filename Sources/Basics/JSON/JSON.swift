/// A JSON value.
///
/// Objects keep the order of their keys, whole numbers stay 64-bit integers, and `NaN` and the infinities are read as
/// Python's `json` writes them (`NaN`, `Infinity`, `-Infinity`): the `mlflow` client sends them so.
///
/// ```swift
/// let event: JSON = ["kind": "run.finished", "seconds": 1.5]
/// event["kind"]?.string  // "run.finished"
/// ```
public enum JSON: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction or exponent that fits 64 bits.
    case int(Int64)
    /// Any other number.
    case double(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object, in the order in which its keys were written.
    case object(JSONObject)
}

extension JSON {
    /// The value of an object's key; `nil` for a missing key and for a value that is not an object.
    public subscript(key: String) -> JSON? {
        get { object?[key] }
        set {
            var object = self.object ?? JSONObject()
            object[key] = newValue
            self = .object(object)
        }
    }

    /// The element of an array; `nil` out of bounds and for a value that is not an array.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The string, if it is one.
    public var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The boolean, if it is one.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The whole number, if it is one; a double without fraction counts.
    public var int: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The number, if it is one.
    public var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The elements, if it is an array.
    public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }

    /// The members, if it is an object.
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// Whether it is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// What kind of value it is, for messages: "a string", "null", …
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int: "a whole number"
        case .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .int(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object; a later value of the same key wins.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}

extension JSON {
    /// The string, or `null` for none.
    public init(_ value: String?) { self = value.map { .string($0) } ?? .null }
    /// The whole number, or `null` for none.
    public init(_ value: Int64?) { self = value.map { .int($0) } ?? .null }
    /// The whole number, or `null` for none.
    public init(_ value: Int?) { self = value.map { .int(Int64($0)) } ?? .null }
    /// The number, or `null` for none.
    public init(_ value: Double?) { self = value.map { .double($0) } ?? .null }
    /// The boolean, or `null` for none.
    public init(_ value: Bool?) { self = value.map { .bool($0) } ?? .null }
    /// The time as ISO 8601 text, or `null` for none.
    public init(_ value: Timestamp?) { self = value.map { .string($0.iso8601) } ?? .null }
    /// An array of strings.
    public init(_ values: some Sequence<String>) { self = .array(values.map { .string($0) }) }
    /// An object of strings, keys sorted.
    public init(_ values: [String: String]) {
        self = .object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
}
