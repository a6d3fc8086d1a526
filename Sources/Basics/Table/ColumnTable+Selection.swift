extension ColumnTable {
    /// Those columns, in that order; columns are shared, not copied.
    ///
    /// - Throws: `notFound` for a name that is not there, `invalidArgument` for one given twice.
    public func select(_ names: [String]) throws -> ColumnTable {
        try ColumnTable(names.map { try column($0) })
    }

    /// All columns but those; names that are not there are ignored.
    public func dropping(_ names: Set<String>) -> ColumnTable {
        ColumnTable(trusted: columns.filter { !names.contains($0.name) })
    }

    /// The rows of `range`, cut to the rows that there are.
    public func slice(_ range: Range<Int>) -> ColumnTable {
        let range = range.clamped(to: 0..<rowCount)
        return ColumnTable(trusted: columns.map { $0.slice(range) })
    }

    /// The first rows.
    public func head(_ rows: Int) -> ColumnTable { slice(0..<max(0, rows)) }

    /// The given rows, in the given order; a row may be given twice.
    ///
    /// - Precondition: each row is there.
    public func gather(_ rows: [Int]) -> ColumnTable {
        ColumnTable(trusted: columns.map { $0.gather(rows) })
    }

    /// The rows for which `isIncluded` answers true.
    public func filter(_ isIncluded: (Int) throws -> Bool) rethrows -> ColumnTable {
        gather(try (0..<rowCount).filter(isIncluded))
    }

    /// The same columns under other names, where the dictionary has one.
    ///
    /// - Throws: `invalidArgument` when two columns would have the same name.
    public func renaming(_ names: [String: String]) throws -> ColumnTable {
        try ColumnTable(columns.map { column in names[column.name].map { column.renamed($0) } ?? column })
    }
}
