import Basics
import HTTPTypes

/// All routes of the server, found by method and path: a tree of path parts in which a literal part wins over a parameter
/// and a parameter over a rest.
struct RouteTable: Sendable {
    /// A route with what its group adds.
    struct Entry: Sendable {
        let route: Route
        let envelope: ErrorEnvelope
    }

    /// What a path led to.
    enum Match {
        case found(Entry, [String: String])
        case wrongMethod(ErrorEnvelope, allowed: [String])
        case unknown(ErrorEnvelope)
    }

    private struct Node {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var rest: Int?
        /// Entry and parameter names by method.
        var entries: [String: (entry: Int, names: [String])] = [:]
    }

    private var nodes = [Node()]
    private(set) var entries: [Entry] = []
    private var prefixes: [(prefix: String, envelope: ErrorEnvelope)] = []

    /// Builds the table.
    ///
    /// - Throws: `internalError` for two routes that answer the same request: found at start, not by a request.
    init(_ groups: [RouteGroup]) throws {
        for group in groups {
            for prefix in group.prefixes { prefixes.append((prefix, group.envelope)) }
            for route in group.routes { try insert(route, group.envelope) }
        }
        prefixes.sort { $0.prefix.utf8.count > $1.prefix.utf8.count }
    }

    private mutating func insert(_ route: Route, _ envelope: ErrorEnvelope) throws {
        var at = 0
        var names: [String] = []
        for part in route.path.split(separator: "/") {
            if part.hasPrefix("{"), part.hasSuffix("...}") {
                names.append(String(part.dropFirst().dropLast(4)))
                at = child(of: at, \.rest)
            } else if part.hasPrefix("{") {
                names.append(String(part.dropFirst().dropLast()))
                at = child(of: at, \.parameter)
            } else if let known = nodes[at].literals[String(part)] {
                at = known
            } else {
                nodes.append(Node())
                nodes[at].literals[String(part)] = nodes.count - 1
                at = nodes.count - 1
            }
        }
        if let clash = nodes[at].entries[route.method.rawValue] {
            throw MartletError(
                .internalError,
                "the routes \(route.method) \(route.path) and \(entries[clash.entry].route.path) answer the same request"
            )
        }
        entries.append(Entry(route: route, envelope: envelope))
        nodes[at].entries[route.method.rawValue] = (entries.count - 1, names)
    }

    private mutating func child(of parent: Int, _ kind: WritableKeyPath<Node, Int?>) -> Int {
        if let known = nodes[parent][keyPath: kind] { return known }
        nodes.append(Node())
        nodes[parent][keyPath: kind] = nodes.count - 1
        return nodes.count - 1
    }

    /// Finds what answers a request.
    ///
    /// - Parameters:
    ///   - method: The method; `HEAD` finds what `GET` does.
    ///   - path: The path as it came, percent-encoded.
    func match(_ method: HTTPRequest.Method, _ path: Substring) -> Match {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        var values: [Substring] = []
        guard let node = descend(0, parts[...], &values) else {
            return .unknown(envelope(of: path))
        }
        let wanted = method == .head ? HTTPRequest.Method.get.rawValue : method.rawValue
        guard let (index, names) = nodes[node].entries[wanted] else {
            let some = nodes[node].entries.values.first
            return .wrongMethod(
                some.map { entries[$0.entry].envelope } ?? envelope(of: path),
                allowed: nodes[node].entries.keys.sorted()
            )
        }
        var parameters: [String: String] = [:]
        for (name, value) in zip(names, values) {
            guard let decoded = PercentEncoding.decode(value) else { return .unknown(envelope(of: path)) }
            parameters[name] = decoded
        }
        return .found(entries[index], parameters)
    }

    private func descend(_ at: Int, _ parts: ArraySlice<Substring>, _ values: inout [Substring]) -> Int? {
        guard let part = parts.first else {
            if !nodes[at].entries.isEmpty { return at }
            if let rest = nodes[at].rest {
                values.append("")
                return rest
            }
            return nil
        }
        if let literal = nodes[at].literals[String(part)], let found = descend(literal, parts.dropFirst(), &values) {
            return found
        }
        if let parameter = nodes[at].parameter {
            let count = values.count
            values.append(part)
            if let found = descend(parameter, parts.dropFirst(), &values) { return found }
            values.removeLast(values.count - count)
        }
        if let rest = nodes[at].rest, let last = parts.last {
            values.append(part.base[part.startIndex..<last.endIndex])
            return rest
        }
        return nil
    }

    private func envelope(of path: Substring) -> ErrorEnvelope {
        prefixes.first { path.hasPrefix($0.prefix) }?.envelope ?? .problem
    }
}
