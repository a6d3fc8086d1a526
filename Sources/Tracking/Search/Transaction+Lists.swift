package import Storage

extension Transaction {
    /// Hands on the rows that belong to a list of values, some hundred values a statement.
    ///
    /// - Parameters:
    ///   - values: The values, in any number.
    ///   - sql: The statement, `@` standing for the list.
    ///   - body: Takes each row.
    package func eachOf(_ values: [some SQLBindable], _ sql: String, _ body: (Row) throws -> Void) throws {
        let parts = sql.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        var rest = values[...]
        while !rest.isEmpty {
            let piece = rest.prefix(256)
            rest = rest.dropFirst(piece.count)
            // Few sizes of list, so that few statements are prepared: the last value fills the list up.
            let size = [1, 8, 64, 256].first { $0 >= piece.count } ?? 256
            var bound = piece.map { $0.sqlValue }
            if let last = bound.last { bound += repeatElement(last, count: size - bound.count) }
            let marks = (1...size).map { "$\($0)" }.joined(separator: ", ")
            try each(parts[0] + marks + parts[1], values: bound, body)
        }
    }
}
