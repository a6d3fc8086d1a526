import Basics

/// What came out: decisions, requests, alerts, and what to try next.
enum DemoSummary {
    /// Asks the server for the story and adds what the demo counted itself.
    static func collect(_ client: Client, _ progress: DemoProgress, wall: Double) async throws -> JSON {
        let promotions = try await client.get("/api/v1/promotions", query: [("limit", "200")])["items"]?.array ?? []
        let alerts = try await client.list("/api/v1/alerts", query: [("state", "all"), ("limit", "1000")])
        let log = try await client.get("/api/v1/events/verify", deadline: .seconds(120))
        let isDefault = client.base == ServerOptions.defaultURL
        let martlet = isDefault ? "martlet" : "MARTLET_URL=\(client.base) martlet"
        var commands = ["\(martlet) promote --explain \(Demo.deployment)", "\(martlet) status"]
        if let prediction = progress.prediction { commands.insert("\(martlet) why prediction:\(prediction)", at: 0) }
        return [
            "dashboard": .string(client.base + "/"),
            "requests": .int(progress.requests), "failed": .int(progress.failed),
            "first_failure": JSON(progress.firstFailure),
            "predictions": .int(progress.predictions), "actuals": .int(progress.actuals),
            "promotions": .array(
                promotions.reversed().map { item in
                    let checks = item["checks"]?.array ?? []
                    let compare = checks.first { $0["kind"]?.string == "compare" }
                    return [
                        "event_time": item["event_time"] ?? .null, "model": item["model"] ?? .null,
                        "version": item["version"] ?? .null, "against": item["champion"] ?? .null,
                        "decision": item["decision"] ?? item["state"] ?? .null,
                        "metric": compare?["metric"] ?? .null, "champion": compare?["champion"] ?? .null,
                        "challenger": compare?["challenger"] ?? .null, "confidence": compare?["confidence"] ?? .null,
                        "failed_checks": .array(
                            checks.filter { $0["passed"]?.bool == false }.map { $0["message"] ?? $0["name"] ?? .null }
                        ),
                    ]
                }
            ),
            "alerts": [
                "fired": JSON(alerts.count),
                "open": JSON(alerts.filter { $0["closed"]?.isNull ?? true }.count),
                "features": JSON(Set(alerts.compactMap { $0["feature"]?.string }).sorted()),
            ],
            "events": log["events"] ?? .null, "events_whole": log["ok"] ?? .null,
            "seconds": .double(wall), "prediction": JSON(progress.prediction), "try": JSON(commands),
        ]
    }

    static func tell(_ summary: JSON) {
        Terminal.say()
        Terminal.say(Style.bold("What the gates decided"))
        var table = TextTable(
            ["data until", "version", "decision", "champion", "challenger", "sure", "why"],
            right: [1, 3, 4, 5]
        )
        for item in summary["promotions"]?.array ?? [] {
            table.add([
                Figure.day(item["event_time"]?.string), Figure.plain(item["version"]), Figure.plain(item["decision"]),
                Figure.fixed(item["champion"]), Figure.fixed(item["challenger"]),
                item["confidence"]?.double.map { "\(Figure.fixed($0 * 100, 1)) %" } ?? "–", why(item),
            ])
        }
        table.say(indent: "  ")
        Terminal.say()
        let failed = summary["failed"]?.int ?? 0
        Terminal.say("requests answered  \(Figure.count((summary["requests"]?.int ?? 0) - failed))")
        Terminal.say("requests failed    \(failed == 0 ? "0" : Style.bad(Figure.count(failed)))")
        if let first = summary["first_failure"]?.string { Terminal.say("  the first: \(first)") }
        Terminal.say(
            "predictions        \(Figure.count(summary["predictions"])), actuals \(Figure.count(summary["actuals"]))"
        )
        let alerts = summary["alerts"]
        let features = (alerts?["features"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        Terminal.say(
            "alerts             \(Figure.count(alerts?["fired"])) fired, \(Figure.count(alerts?["open"])) open"
                + (features.isEmpty ? "" : " (\(features))")
        )
        Terminal.say(
            "event log          \(Figure.count(summary["events"])) events, chain \(summary["events_whole"]?.bool == true ? "whole" : Style.bad("broken"))"
        )
        Terminal.say("time               \(Figure.seconds(summary["seconds"]?.double ?? 0))")
        Terminal.say("dashboard          \(Figure.plain(summary["dashboard"]))")
        Terminal.say()
        Terminal.say("Try next:")
        for command in summary["try"]?.array ?? [] { Terminal.say("  \(Figure.plain(command))") }
    }

    private static func why(_ item: JSON) -> String {
        let failed = (item["failed_checks"]?.array ?? []).compactMap(\.string)
        if let first = failed.first { return failed.count == 1 ? first : "\(first) (and \(failed.count - 1) more)" }
        return item["against"]?.isNull ?? true ? "the first" : "better than version \(Figure.plain(item["against"]))"
    }
}
