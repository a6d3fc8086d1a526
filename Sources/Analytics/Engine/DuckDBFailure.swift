internal import Basics

/// Turns what DuckDB says into an error of Martlet.
enum DuckDBFailure {
    /// The statement that failed, kept for the log only.
    struct Statement: Error, CustomStringConvertible {
        let sql: String
        let text: String
        var description: String { "\(text) | SQL: \(sql.prefix(2000))" }
    }

    /// The error for DuckDB's text about a statement.
    ///
    /// The first line becomes the message; DuckDB's advice ("Candidate bindings: …", "Did you mean …") the hint; the
    /// excerpt of the statement, which may hold values, stays in the cause.
    static func error(_ text: String, sql: String) -> MartletError {
        let lines = text.split(separator: "\n").map { trim($0) }.filter { !$0.isEmpty }
        let first = lines.first ?? "DuckDB gave no reason"
        let advice = lines.dropFirst().filter { line in
            ["Candidate", "Did you mean", "Possible", "* ", "HINT"].contains { line.hasPrefix($0) }
        }
        return MartletError(
            code(first),
            "DuckDB: \(shortened(first))",
            hint: advice.isEmpty ? nil : shortened(advice.prefix(3).joined(separator: " ")),
            cause: Statement(sql: sql, text: text)
        )
    }

    /// DuckDB begins each text with the kind of the failure; for statements that do not prepare this is all there is.
    private static func code(_ line: String) -> MartletErrorCode {
        let kind = line.components(before: " Error:") ?? ""
        switch kind {
        case "IO": return line.contains("No files found") ? .notFound : .invalidArgument
        case "Out of Memory": return .exhausted
        case "Permission": return .permissionDenied
        case "INTERRUPT": return .cancelled
        case "INTERNAL", "FATAL", "Serialization": return .internalError
        case "Not implemented": return .unimplemented
        case "Transaction", "TransactionContext": return .conflict
        default: return .invalidArgument
        }
    }

    private static func shortened(_ text: String) -> String {
        text.count > 600 ? text.prefix(600) + "…" : text
    }

    private static func trim(_ text: Substring) -> String {
        String(text.drop { $0.isWhitespace })
    }
}

extension String {
    /// What stands before the first occurrence of a separator; nil where it does not occur.
    fileprivate func components(before separator: String) -> String? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(separator) { return String(self[..<start]) }
            start = index(after: start)
        }
        return nil
    }
}
