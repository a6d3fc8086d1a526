import Storage

/// An insert of many rows with few statements: each statement takes some rows at once.
///
/// The texts are made once, so that each is prepared once a connection.
struct BulkInsert: Sendable {
    private static let rows = 20

    private let width: Int
    private let one: String
    private let many: String

    /// Makes the statements.
    ///
    /// - Parameters:
    ///   - into: Table and columns: `tags (run, key, value)`.
    ///   - width: How many columns.
    ///   - ending: What comes behind the values: `ON CONFLICT …`.
    init(into table: String, width: Int, _ ending: String) {
        self.width = width
        func text(_ rows: Int) -> String {
            let groups = (0..<rows).map { row in
                "(" + (1...width).map { "$\(row * width + $0)" }.joined(separator: ", ") + ")"
            }
            return "INSERT INTO \(table) VALUES \(groups.joined(separator: ", ")) \(ending)"
        }
        one = text(1)
        many = text(Self.rows)
    }

    /// Inserts rows, laid end to end.
    ///
    /// - Returns: How many rows were inserted or changed.
    @discardableResult
    func run(_ tx: Transaction, _ values: [SQLValue]) throws -> Int {
        var changed = 0
        var at = 0
        while values.count - at >= width * Self.rows {
            changed += try tx.execute(many, values: Array(values[at..<at + width * Self.rows]))
            at += width * Self.rows
        }
        while at < values.count {
            changed += try tx.execute(one, values: Array(values[at..<at + width]))
            at += width
        }
        return changed
    }
}
