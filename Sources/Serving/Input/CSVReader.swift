import Basics

/// Reads comma-separated values (RFC 4180): a header, then rows; quotes double inside quotes; lines end with LF or CRLF.
enum CSVReader {
    /// Reads a whole text.
    ///
    /// - Throws: `invalidArgument` with the line for a row of another length or a quote that is not closed.
    static func read(_ bytes: some Collection<UInt8>) throws -> RawTable {
        let rows = try split(bytes)
        guard let header = rows.first else {
            throw MartletError(
                .invalidArgument,
                "the CSV is empty",
                hint: "a line with the columns' names, then the rows"
            )
        }
        for (index, row) in rows.enumerated() where row.count != header.count {
            throw MartletError(
                .invalidArgument,
                "the CSV has \(row.count) values in row \(index), its header has \(header.count)",
                hint: "as many values in each row as the header has names"
            )
        }
        return try RawTable(
            columns: header.enumerated().map { position, name in
                RawTable.Column(name: name, values: rows.dropFirst().map { .string($0[position]) }, isText: true)
            },
            rowCount: rows.count - 1
        )
    }

    private static func split(_ bytes: some Collection<UInt8>) throws -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var wasQuoted = false
        var iterator = bytes.makeIterator()
        var pending: UInt8?

        func text(_ field: [UInt8]) throws -> String {
            guard let text = String(validating: field, as: UTF8.self) else {
                throw MartletError(.invalidArgument, "the CSV is not valid UTF-8 in row \(rows.count)")
            }
            return text
        }

        while let byte = pending ?? iterator.next() {
            pending = nil
            if isQuoted {
                if byte == UInt8(ascii: "\"") {
                    let next = iterator.next()
                    if next == UInt8(ascii: "\"") {
                        field.append(byte)
                    } else {
                        isQuoted = false
                        pending = next
                    }
                } else {
                    field.append(byte)
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where field.isEmpty:
                isQuoted = true
                wasQuoted = true
            case UInt8(ascii: ","):
                row.append(try text(field))
                field = []
                wasQuoted = false
            case UInt8(ascii: "\n"):
                if field.last == UInt8(ascii: "\r") { field.removeLast() }
                if !row.isEmpty || !field.isEmpty || wasQuoted { rows.append(row + [try text(field)]) }
                row = []
                field = []
                wasQuoted = false
            default: field.append(byte)
            }
        }
        guard !isQuoted else {
            throw MartletError(.invalidArgument, "the CSV ends inside quotes that were opened in row \(rows.count)")
        }
        if field.last == UInt8(ascii: "\r") { field.removeLast() }
        if !row.isEmpty || !field.isEmpty || wasQuoted { rows.append(row + [try text(field)]) }
        return rows
    }
}
