/// Rows under headings, in columns as wide as they need to be.
struct TextTable {
    private let headings: [String]
    private var rows: [[String]] = []
    /// Columns whose values stand at the right, such as figures.
    private let right: Set<Int>

    init(_ headings: [String], right: Set<Int> = []) {
        self.headings = headings
        self.right = right
    }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    var isEmpty: Bool { rows.isEmpty }

    /// The table, a line a row.
    func lines(indent: String = "") -> [String] {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = indent
            for (column, cell) in row.enumerated() {
                let space = String(repeating: " ", count: widths[column] - cell.count)
                line += right.contains(column) ? space + cell : cell + space
                if column < row.count - 1 { line += "  " }
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    func say(indent: String = "") { for line in lines(indent: indent) { Terminal.say(line) } }
}
