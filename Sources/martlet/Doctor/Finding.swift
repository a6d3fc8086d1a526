import Basics

/// What one check of `doctor` found.
struct Finding: Sendable {
    /// How it stands.
    enum Grade: String, Sendable {
        /// As it should be.
        case good
        /// Worth to know; works without.
        case note
        /// Needed, and not there.
        case missing
    }

    let grade: Grade
    /// The check's stable name, for scripts.
    let check: String
    /// What was looked at.
    let what: String
    /// What was found.
    let found: String
    /// What to do, where there is something to do.
    var advice: String?

    var mark: String {
        switch grade {
        case .good: Style.good("ok     ")
        case .note: Style.warn("note   ")
        case .missing: Style.bad("missing")
        }
    }

    var json: JSON {
        [
            "check": .string(check), "grade": .string(grade.rawValue), "what": .string(what), "found": .string(found),
            "advice": JSON(advice),
        ]
    }
}
