public import Basics
public import Storage

/// Which way to walk the graph.
public enum LineageDirection: String, Sendable, Hashable {
    /// To what a subject comes from.
    case up
    /// To what came from it.
    case down
}

extension Ledger {
    /// Records how two subjects hang together; the same edge twice is one edge.
    ///
    /// - Parameters:
    ///   - tx: The transaction of the change that made it so.
    ///   - subject: The later thing's address.
    ///   - relation: How.
    ///   - object: The earlier thing's address.
    ///   - attributes: More about it.
    public func relate(
        _ tx: Transaction,
        _ subject: String,
        _ relation: Relation,
        _ object: String,
        attributes: JSON = [:]
    ) throws {
        try tx.execute(
            """
            INSERT INTO lineage (subject, relation, object, time, attributes) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (subject, relation, object) DO UPDATE SET attributes = excluded.attributes
            """,
            subject,
            relation.rawValue,
            object,
            world.now(),
            attributes
        )
    }

    /// The edges that lead from (`up`) or to (`down`) a subject.
    public func edges(of address: String, _ direction: LineageDirection) async throws -> [LineageEdge] {
        try await database.read { tx in try Self.edges(tx, of: address, direction) }
    }

    /// All edges that can be reached from a subject, nearest first.
    ///
    /// - Parameters:
    ///   - address: Where to begin.
    ///   - direction: Which way.
    ///   - depth: How many steps at most.
    ///   - limit: How many edges at most.
    public func walk(from address: String, _ direction: LineageDirection, depth: Int = 10, limit: Int = 2000)
        async throws -> [LineageEdge]
    {
        try await database.read { tx in
            var found: [LineageEdge] = []
            var seen: Set<String> = [address]
            var frontier = [address]
            for _ in 0..<depth where !frontier.isEmpty && found.count < limit {
                var next: [String] = []
                for place in frontier {
                    for edge in try Self.edges(tx, of: place, direction) where found.count < limit {
                        found.append(edge)
                        let other = direction == .up ? edge.object : edge.subject
                        if seen.insert(other).inserted { next.append(other) }
                    }
                }
                frontier = next
            }
            return found
        }
    }

    private static func edges(_ tx: Transaction, of address: String, _ direction: LineageDirection) throws
        -> [LineageEdge]
    {
        let column = direction == .up ? "subject" : "object"
        return try tx.rows(
            "SELECT * FROM lineage WHERE \(column) = $1 ORDER BY time, relation, object, subject",
            address
        ).compactMap { row in
            guard let relation = Relation(rawValue: try row.text("relation")) else { return nil }
            return LineageEdge(
                subject: try row.text("subject"),
                relation: relation,
                object: try row.text("object"),
                milliseconds: try row.int("time"),
                attributes: try row.text("attributes")
            )
        }
    }
}
