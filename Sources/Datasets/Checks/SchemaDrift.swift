internal import Basics

/// Compares the columns of new data with those that are declared and with those of the version before.
struct SchemaDrift {
    let spec: DatasetSpec
    let before: [DatasetColumn]?
    /// The columns of the newest part of the version before.
    let beforeNewest: [DatasetColumn]
    let now: [DatasetColumn]
    let rows: Int64

    var failures: [CheckFailure] {
        let present = Dictionary(now.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var failures: [CheckFailure] = []
        var missing: Set<String> = []
        for check in spec.columnChecks where present[check.column] == nil && missing.insert(check.column).inserted {
            let near = Suggestion.nearest(to: check.column, among: present.keys)
            let hint = near.map { "; there is a column '\($0)'" } ?? ""
            failures.append(
                CheckFailure(
                    "missing",
                    column: check.column,
                    "is declared and not there\(hint)",
                    count: rows
                )
            )
        }
        guard let before else { return failures }
        let allowance = spec.allowance
        let previous = Dictionary(before.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for column in before where present[column.name] == nil && !missing.contains(column.name) && !allowance.missing {
            failures.append(
                CheckFailure(
                    "schema.missing",
                    column: column.name,
                    "was in the version before and is not there",
                    count: rows
                )
            )
        }
        let newest = Dictionary(beforeNewest.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for column in now {
            guard let old = previous[column.name] else {
                if !allowance.new && !spec.declaredColumns.contains(column.name) {
                    failures.append(
                        CheckFailure(
                            "schema.new",
                            column: column.name,
                            "was not in the version before and no check names it",
                            count: rows
                        )
                    )
                }
                continue
            }
            // A declared type is judged by its own check. All parts together may say something else than the newest one,
            // where a person let a change pass; both are what one may expect.
            let isExpected = old.goesWith(column) || newest[column.name]?.goesWith(column) == true
            if !isExpected && spec.declaredType(column.name) == nil && !allowance.changed {
                failures.append(
                    CheckFailure(
                        "schema.changed",
                        column: column.name,
                        "was \(old.typeName) in the version before and is \(column.typeName)",
                        count: rows
                    )
                )
            }
        }
        return failures
    }
}
