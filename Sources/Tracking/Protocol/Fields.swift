package import Basics
package import Web

/// The fields of a request in MLflow's protocol: a JSON body, or the query of a `GET`.
///
/// Names are snake_case, and camelCase as protobuf's JSON has them; whole numbers come as numbers or strings; unknown fields
/// are ignored, and `null` is as good as absent.
package struct Fields: Sendable {
    private let json: JSON
    private let query: [String: [String]]
    /// Whether some name has a capital: only then is another spelling looked for, which the hot paths spare.
    private let hasCamelCase: Bool

    /// Reads a request.
    ///
    /// - Throws: `invalidArgument` for a body that is not a JSON object.
    package init(_ request: WebRequest, limit: Int = WebLimits.body) async throws {
        guard request.method != .get, request.method != .head else {
            let query = Dictionary(grouping: request.queryItems, by: \.key).mapValues { $0.map(\.value) }
            self.init(json: .null, query: query)
            return
        }
        // A page of another site can send a form or plain text without being asked, but not JSON.
        if let type = request.header("Content-Type"), !type.lowercased().hasPrefix("application/json") {
            throw MartletError(
                .invalidArgument,
                "Bad Request. Content-Type must be one of ['application/json'], it is '\(type.prefix(80))'"
            )
        }
        self.init(try await request.json(limit: limit))
        guard json.object != nil else {
            throw MartletError(.invalidArgument, "the body should be a JSON object and is \(json.kind)")
        }
    }

    /// The fields of a nested message.
    package init(_ json: JSON) { self.init(json: json, query: [:]) }

    private init(json: JSON, query: [String: [String]]) {
        self.json = json
        self.query = query
        let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
        hasCamelCase = json.object?.keys.contains { $0.utf8.contains(where: capitals.contains) } ?? false
    }

    /// A field's JSON; `nil` where it is absent or null.
    package subscript(name: String) -> JSON? {
        if let values = query[name] {
            return values.count == 1 ? .string(values[0]) : .array(values.map { .string($0) })
        }
        guard let object = json.object else { return nil }
        let value = object[name] ?? (hasCamelCase ? object[Self.camel(name)] : nil)
        return value.flatMap { $0.isNull ? nil : $0 }
    }

    /// A text; `nil` where it is absent.
    package func text(_ name: String) throws -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.string else { throw wrong(name, value, "a string") }
        return text
    }

    /// A text that must be there.
    package func required(_ name: String) throws -> String {
        guard let text = try text(name), !text.isEmpty else { throw ProtocolError.missing(name) }
        return text
    }

    /// A whole number; `nil` where it is absent.
    package func int(_ name: String) throws -> Int64? {
        guard let value = self[name] else { return nil }
        guard let number = value.int ?? value.string.flatMap({ Int64($0) }) else {
            throw wrong(name, value, "a whole number of 64 bits")
        }
        return number
    }

    /// A number, `NaN` and the infinities among them; `nil` where it is absent.
    package func double(_ name: String) throws -> Double? {
        guard let value = self[name] else { return nil }
        guard let number = value.double ?? value.string.flatMap(Self.number) else {
            throw wrong(name, value, "a number")
        }
        return number
    }

    /// A boolean; `false` where it is absent.
    package func bool(_ name: String) throws -> Bool {
        guard let value = self[name] else { return false }
        if let bool = value.bool { return bool }
        switch value.string?.lowercased() {
        case "true": return true
        case "false": return false
        default: throw wrong(name, value, "true or false")
        }
    }

    /// A list; empty where it is absent. One value of a query counts as a list of one.
    package func list(_ name: String) throws -> [JSON] {
        guard let value = self[name] else { return [] }
        if let list = value.array { return list }
        if query[name] != nil { return [value] }
        throw wrong(name, value, "a list")
    }

    /// A list of texts.
    package func texts(_ name: String) throws -> [String] {
        try list(name).map { value in
            guard let text = value.string else { throw wrong(name, value, "a list of strings") }
            return text
        }
    }

    /// A list of messages.
    package func messages(_ name: String) throws -> [Fields] {
        try list(name).map { value in
            guard value.object != nil else { throw wrong(name, value, "a list of objects") }
            return Fields(value)
        }
    }

    /// Keys and values, as tags and params come.
    package func pairs(_ name: String) throws -> [KeyValue] {
        try messages(name).map { KeyValue(key: try $0.text("key") ?? "", value: try $0.text("value") ?? "") }
    }

    private func wrong(_ name: String, _ value: JSON, _ wanted: String) -> MartletError {
        MartletError(
            .invalidArgument,
            "Invalid value \(value.text().prefix(100)) for parameter '\(name)' supplied: Hint: Value was of type '\(value.kind)', \(wanted) is expected. See the API docs for more information about request parameters."
        )
    }

    private static func number(_ text: String) -> Double? {
        switch text {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: Double(text)
        }
    }

    private static func camel(_ name: String) -> String {
        let parts = name.split(separator: "_")
        return parts.dropFirst().reduce(String(parts.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }
}
