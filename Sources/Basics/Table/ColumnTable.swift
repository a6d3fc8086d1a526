/// Rows as named, typed columns: the one in-memory frame that passes between rooms.
///
/// ```swift
/// let table = try ColumnTable([
///     .strings("origin", ["JFK", "LGA"]),
///     .doubles("distance", [1400, 719]),
/// ])
/// table["distance"]?.doubles   // [1400, 719]
/// ```
///
/// Columns keep their order, names are unique, and each column has as many rows as the others.
public struct ColumnTable: Sendable, Equatable {
    /// The columns, in order.
    public private(set) var columns: [TableColumn]
    /// The number of rows.
    public private(set) var rowCount: Int
    private var positions: [String: Int]

    /// A table without columns and rows.
    public init() {
        columns = []
        rowCount = 0
        positions = [:]
    }

    /// A table of columns.
    ///
    /// - Throws: `invalidArgument` when a name occurs twice or the columns' lengths differ.
    public init(_ columns: [TableColumn]) throws {
        self.init()
        self.columns.reserveCapacity(columns.count)
        for column in columns { try add(column) }
    }

    /// A table without rows.
    ///
    /// - Throws: `invalidArgument` when a name occurs twice.
    public init(schema: [ColumnSchema]) throws {
        try self.init(schema.map { TableColumn($0) })
    }

    /// A table of columns that were taken from a table, so that names and lengths agree.
    init(trusted columns: [TableColumn]) {
        self.columns = columns
        rowCount = columns.first?.count ?? 0
        positions = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1.name, $0) })
    }

    /// The columns' names, in order.
    public var names: [String] { columns.map(\.name) }
    /// The columns' names and types, in order.
    public var schema: [ColumnSchema] { columns.map(\.schema) }
    /// Whether there is no row.
    public var isEmpty: Bool { rowCount == 0 }

    /// The column of that name, or nil.
    public subscript(name: String) -> TableColumn? {
        positions[name].map { columns[$0] }
    }

    /// The column of that name.
    ///
    /// - Throws: `notFound`, with the names that there are.
    public func column(_ name: String) throws -> TableColumn {
        guard let column = self[name] else {
            throw MartletError(.notFound, "there is no column '\(name)'", hint: "the columns are \(Self.list(names))")
        }
        return column
    }

    /// Adds a column at the end.
    ///
    /// - Throws: `invalidArgument` when the name is taken or the length differs.
    public mutating func add(_ column: TableColumn) throws {
        guard positions[column.name] == nil else {
            throw MartletError(
                .invalidArgument,
                "column '\(column.name)' occurs twice",
                hint: "give each column its own name"
            )
        }
        guard columns.isEmpty || column.count == rowCount else {
            throw MartletError(
                .invalidArgument,
                "column '\(column.name)' has \(column.count) rows, the others have \(rowCount)",
                hint: "give every column the same number of rows"
            )
        }
        positions[column.name] = columns.count
        columns.append(column)
        rowCount = column.count
    }

    /// Puts a column in the place of the one with its name, or adds it at the end.
    ///
    /// - Throws: `invalidArgument` when the length differs.
    public mutating func set(_ column: TableColumn) throws {
        guard let position = positions[column.name] else { return try add(column) }
        guard column.count == rowCount || columns.count == 1 else {
            throw MartletError(
                .invalidArgument,
                "column '\(column.name)' has \(column.count) rows, the others have \(rowCount)",
                hint: "give every column the same number of rows"
            )
        }
        columns[position] = column
        rowCount = column.count
    }

    /// Adds the rows of a table that has the same columns, whose order may differ.
    ///
    /// - Throws: `invalidArgument`, changing nothing, when a column is missing, added or of another type.
    public mutating func append(_ other: ColumnTable) throws {
        if columns.isEmpty {
            self = other
            return
        }
        for column in columns {
            guard let added = other[column.name] else {
                throw MartletError(
                    .invalidArgument,
                    "the rows to add have no column '\(column.name)'",
                    hint: "give them the columns \(Self.list(names))"
                )
            }
            guard added.type == column.type else {
                throw MartletError(
                    .invalidArgument,
                    "column '\(column.name)' is \(added.type.rawValue) in the rows to add",
                    hint: "it must be \(column.type.rawValue)"
                )
            }
        }
        if let extra = other.names.first(where: { positions[$0] == nil }) {
            throw MartletError(
                .invalidArgument,
                "the rows to add have a column '\(extra)' that is not in the table",
                hint: "give them the columns \(Self.list(names))"
            )
        }
        for position in columns.indices {
            if let added = other[columns[position].name] { columns[position].append(added) }
        }
        rowCount += other.rowCount
    }

    /// Names in quotes with commas, cut after the first twenty.
    static func list(_ names: [String]) -> String {
        let shown = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
    }
}
