import Basics
import Storage

/// Reads of all points of a metric, in the order of their steps: the order in which they are stored.
struct MetricHistory: Sendable {
    let run: String
    let key: String

    /// A page of points.
    ///
    /// - Complexity: O(log *n*) to find the page, then its length.
    func points(_ tx: Transaction, limit: Int, token: String?) throws -> (metrics: [MetricPoint], next: String?) {
        guard let (number, key) = try place(tx) else { return ([], nil) }
        var text = SQLText()
        text.require("p.run = \(text.bind(number))")
        text.require("p.key = \(text.bind(key))")
        let order = ["p.step", "p.timestamp", "p.value", "p.is_nan"].map { SortKey($0) }
        let page = try Page(token: token, order: order, limit: limit, query: "history \(run) \(self.key)")
        let statement = page.statement("p.*", from: "metric_points p", text)
        let (rows, next) = page.split(try tx.rows(statement.sql, values: statement.values))
        return (try rows.map { try MetricPoint($0, key: self.key) }, next)
    }

    /// The steps of a range, thinned out to about as many as are asked for: first and last always, evenly between.
    ///
    /// - Complexity: *limit* looks into the index, however many points there are.
    func sampledSteps(_ tx: Transaction, from start: Int64?, to end: Int64?, limit: Int) throws -> Set<Int64> {
        guard let (number, key) = try place(tx) else { return [] }
        let bounds = [.int(number), .int(key), .int(start ?? .min), .int(end ?? .max)] as [SQLValue]
        let range = "FROM metric_points WHERE run = $1 AND key = $2 AND step >= $3 AND step <= $4"
        let few = try tx.rows(
            "SELECT DISTINCT step \(range) ORDER BY step LIMIT $5",
            values: bounds + [.int(Int64(limit) + 1)]
        )
        if few.count <= limit { return Set(try few.map { try $0.int("step") }) }
        guard let edges = try tx.rows("SELECT MIN(step) AS low, MAX(step) AS high \(range)", values: bounds).first
        else {
            return []
        }
        let (low, high) = (Double(try edges.int("low")), Double(try edges.int("high")))
        var steps: Set<Int64> = [try edges.int("low"), try edges.int("high")]
        for index in 1..<max(2, limit) {
            let target = low + (high - low) * Double(index) / Double(max(1, limit - 1))
            let at = Int64(exactly: target.rounded(.down)) ?? .max
            let row = try tx.rows(
                "SELECT step \(range) ORDER BY step LIMIT 1",
                values: [.int(number), .int(key), .int(max(at, start ?? .min)), .int(end ?? .max)]
            ).first
            if let row { steps.insert(try row.int("step")) }
        }
        return steps
    }

    /// The points at some steps, in order.
    func points(_ tx: Transaction, at steps: Set<Int64>) throws -> [MetricPoint] {
        guard let (number, key) = try place(tx) else { return [] }
        var metrics: [MetricPoint] = []
        for step in steps.sorted() {
            let rows = try tx.rows(
                "SELECT * FROM metric_points WHERE run = $1 AND key = $2 AND step = $3 ORDER BY timestamp, value",
                values: [.int(number), .int(key), .int(step)]
            )
            metrics += try rows.map { try MetricPoint($0, key: self.key) }
        }
        return metrics
    }

    private func place(_ tx: Transaction) throws -> (run: Int64, key: Int64)? {
        let number = try RunTable.get(tx, run).number
        guard let row = try tx.row("SELECT id FROM metric_keys WHERE name = $1", key) else { return nil }
        return (number, try row.int("id"))
    }
}
