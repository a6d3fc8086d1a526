package import Basics

/// A tag or a param.
public struct KeyValue: Sendable, Hashable {
    /// Its name.
    public var key: String
    /// Its value.
    public var value: String

    /// Makes one.
    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

extension KeyValue {
    /// As the protocol writes it.
    package var json: JSON { ["key": .string(key), "value": .string(value)] }
}

extension [KeyValue] {
    /// The pairs of a dictionary, keys sorted.
    package init(_ values: [String: String]) {
        self = values.sorted { $0.key < $1.key }.map { KeyValue(key: $0.key, value: $0.value) }
    }

    /// The value of a key; the last one where it stands twice.
    package func value(_ key: String) -> String? { last { $0.key == key }?.value }

    /// As the protocol writes them.
    package var json: JSON { .array(map(\.json)) }
}
