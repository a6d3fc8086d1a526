import Basics

/// Follows a pipeline run and tells each change of its steps.
struct RunWatch {
    let client: Client
    let id: String

    /// The run once it is over, or waits for a person.
    func follow() async throws -> JSON {
        var told: [String: String] = [:]
        var failures = 0
        while true {
            do {
                let run = try await client.get("/api/v1/pipeline-runs/\(QueryString.escape(id))")
                failures = 0
                for step in run["steps"]?.array ?? [] {
                    let name = Figure.plain(step["name"])
                    let status = Figure.plain(step["status"])
                    let key = "\(status) \(Figure.plain(step["attempt"]))"
                    guard told[name] != key, !["pending", "queued"].contains(status) else { continue }
                    told[name] = key
                    Terminal.note(Self.line(step))
                }
                let status = run["status"]?.string ?? ""
                if ["succeeded", "failed", "cancelled", "waiting"].contains(status) { return run }
            } catch let error as MartletError where error.isRetryable && failures < 60 {
                // The run goes on while the server is started anew.
                failures += 1
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    /// One step in a line.
    static func line(_ step: JSON) -> String {
        let status = Figure.plain(step["status"])
        var line = "  \(mark(status)) \(Figure.plain(step["name"])) \(status)"
        if let attempt = step["attempt"]?.int, attempt > 1 { line += ", attempt \(attempt)" }
        if status != "cached", let seconds = step["seconds"]?.double { line += " in \(Figure.seconds(seconds))" }
        if let error = step["error"]?.string { line += ": \(error)" }
        return line
    }

    /// The outcome of a run.
    static func tell(_ run: JSON) {
        let status = Figure.plain(run["status"])
        var line = "\(Figure.plain(run["project"]))/\(Figure.plain(run["pipeline"])) \(status)"
        if let version = run["model_version"], let number = version["version"]?.int {
            line += ": registered \(Figure.plain(version["name"])) version \(number)"
        }
        if let error = run["error"]?.string { line += ": \(error)" }
        Terminal.say(line)
        if status == "failed" {
            let failed = run["steps"]?.array?.first { $0["status"]?.string == "failed" }?["name"]?.string
            Terminal.note("  hint: martlet logs \(Figure.plain(run["id"]))\(failed.map { " \($0)" } ?? "")")
        }
    }

    private static func mark(_ status: String) -> String {
        switch status {
        case "succeeded", "cached": Style.good("✓")
        case "failed", "cancelled": Style.bad("✗")
        case "running": "▸"
        default: "·"
        }
    }
}
