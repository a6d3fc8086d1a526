import Basics

/// A gate's decision as a table: every check with its figures.
enum Decision {
    static func tell(_ promotion: JSON) {
        let version = "\(Figure.plain(promotion["model"])) version \(Figure.plain(promotion["version"]))"
        let decision = promotion["decision"]?.string
        let word =
            switch decision {
            case "promoted": Style.good("promoted")
            case "refused": Style.bad("refused")
            default: Figure.plain(promotion["state"] ?? "not decided yet")
            }
        var line = "\(version): \(word)"
        if let champion = promotion["champion"], !champion.isNull {
            line += ", against version \(Figure.plain(champion))"
        }
        if let time = promotion["event_time"]?.string ?? promotion["time"]?.string {
            line += ", \(Figure.minute(time))"
        }
        Terminal.say(line)
        if let summary = promotion["summary"]?.string { Terminal.say(summary) }
        if let holdout = promotion["holdout"] {
            Terminal.say(
                Style.dim("scored on \(Figure.count(holdout["rows"])) rows of \(Figure.plain(holdout["address"]))")
            )
        }
        let checks = promotion["checks"]?.array ?? []
        guard !checks.isEmpty else { return }
        Terminal.say()
        var table = TextTable(
            ["check", "", "champion", "challenger", "sure", "value", "limit"],
            right: [2, 3, 4, 5, 6]
        )
        for check in checks {
            table.add([
                Figure.plain(check["name"]), check["passed"]?.bool == true ? "passed" : "FAILED",
                Figure.fixed(check["champion"], 4), Figure.fixed(check["challenger"], 4),
                check["confidence"]?.double.map { "\(Figure.fixed($0 * 100, 1)) %" } ?? "–",
                Figure.fixed(check["value"], 4), Figure.fixed(check["threshold"], 4),
            ])
        }
        table.say(indent: "  ")
        for check in checks { tellGroups(check) }
        let said = checks.compactMap { check in
            check["message"]?.string.map { "  \(Figure.plain(check["name"])): \($0)" }
        }
        if !said.isEmpty {
            Terminal.say()
            for line in said { Terminal.say(line) }
        }
    }

    private static func tellGroups(_ check: JSON) {
        guard let groups = check["groups"]?.array, !groups.isEmpty else { return }
        Terminal.say()
        Terminal.say("  \(Figure.plain(check["name"])), by group")
        var table = TextTable(["group", "n", "value", ""], right: [1, 2])
        for group in groups {
            table.add([
                Figure.plain(group["group"]), Figure.count(group["n"]), Figure.fixed(group["value"]),
                group["judged"]?.bool == false ? "too few to judge" : "",
            ])
        }
        table.say(indent: "    ")
    }
}
