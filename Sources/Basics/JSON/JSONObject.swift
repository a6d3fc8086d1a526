/// The members of a JSON object in the order in which they were written.
///
/// Looking up is linear up to 16 members, then by an index.
public struct JSONObject: Sendable {
    /// The keys, in order.
    public private(set) var keys: [String] = []
    /// The values, in the order of their keys.
    public private(set) var values: [JSON] = []
    private var index: [String: Int]?

    /// From here on a dictionary is faster than comparing keys one by one.
    private static let indexedFrom = 16

    /// Makes an empty object.
    public init() {}

    /// Makes an object of members; a later value of the same key wins.
    public init(_ members: [(String, JSON)]) {
        for (key, value) in members { self[key] = value }
    }

    /// How many members there are.
    public var count: Int { keys.count }

    /// Whether there are none.
    public var isEmpty: Bool { keys.isEmpty }

    /// The value of a key; setting `nil` removes it, setting a value of a known key keeps its place.
    public subscript(key: String) -> JSON? {
        get { position(of: key).map { values[$0] } }
        set {
            switch (position(of: key), newValue) {
            case (let at?, let value?): values[at] = value
            case (let at?, nil):
                keys.remove(at: at)
                values.remove(at: at)
                index = keys.count < Self.indexedFrom ? nil : makeIndex()
            case (nil, let value?):
                keys.append(key)
                values.append(value)
                if index != nil {
                    index?[key] = keys.count - 1
                } else if keys.count == Self.indexedFrom {
                    index = makeIndex()
                }
            case (nil, nil): break
            }
        }
    }

    private func position(of key: String) -> Int? {
        if let index { index[key] } else { keys.firstIndex(of: key) }
    }

    private func makeIndex() -> [String: Int] {
        Dictionary(zip(keys, keys.indices), uniquingKeysWith: { _, last in last })
    }
}

extension JSONObject: Sequence {
    /// The members, in order.
    public func makeIterator() -> Zip2Sequence<[String], [JSON]>.Iterator { zip(keys, values).makeIterator() }
}

extension JSONObject: Hashable {
    /// Whether both hold the same members; their order does not matter.
    public static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.count == b.count && a.allSatisfy { b[$0.0] == $0.1 }
    }

    /// Hashes the members regardless of their order.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(Set(keys))
    }
}
