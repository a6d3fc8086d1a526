import ArgumentParser
import Basics

/// `martlet status`
struct StatusVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell how things stand: deployments, models, runs, alerts.",
        discussion: """
            EXAMPLES:
              martlet status
              martlet status --output json
            """
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Client.use(server) { client in
            async let overview = client.get("/api/v1/overview")
            async let deployments = client.list("/api/v1/deployments")
            async let models = client.list("/api/v1/models")
            async let active = client.list("/api/v1/pipeline-runs", query: [("state", "active")], cursor: "page_token")
            async let alerts = client.list("/api/v1/alerts", query: [("state", "open")])
            let document: JSON = [
                "url": .string(client.base), "overview": try await overview,
                "deployments": .array(try await deployments), "models": .array(try await models),
                "active_runs": .array(try await active), "open_alerts": .array(try await alerts),
            ]
            output.say(document) { Self.tell(document) }
        }
    }

    private static func tell(_ document: JSON) {
        let counters = document["overview"]?["counters"]
        Terminal.say(
            "\(Figure.plain(document["url"])): \(Figure.count(counters?["requests"])) requests, "
                + "\(Figure.count(counters?["predictions"])) predictions, \(Figure.count(counters?["failed"])) failed"
        )
        section(
            "Deployments",
            ["name", "serves", "status", "predictions", "p99 ms"],
            right: [3, 4],
            document["deployments"]
        ) {
            [
                Figure.plain($0["name"]), "\(Figure.plain($0["model"]))/\(Figure.plain($0["version"]))",
                Figure.plain($0["status"]), Figure.count($0["traffic"]?["predictions"]),
                Figure.fixed($0["traffic"]?["p99_ms"], 1),
            ]
        }
        section("Models", ["name", "champion", "challenger", "versions"], right: [3], document["models"]) {
            [
                Figure.plain($0["name"]), version($0["champion"]), version($0["challenger"]),
                $0["versions"]?.array.map { String($0.count) } ?? Figure.count($0["versions"]),
            ]
        }
        section("Runs under way", ["pipeline", "run", "status", "since"], document["active_runs"]) {
            [
                "\(Figure.plain($0["project"]))/\(Figure.plain($0["pipeline"]))", Figure.plain($0["id"]),
                Figure.plain($0["status"]), Figure.minute($0["started"]?.string ?? $0["created"]?.string),
            ]
        }
        section(
            "Open alerts",
            ["deployment", "signal", "feature", "value", "threshold", "since"],
            right: [3, 4],
            document["open_alerts"]
        ) {
            [
                Figure.plain($0["deployment"]), Figure.plain($0["signal"]), Figure.plain($0["feature"]),
                Figure.fixed($0["value"]), Figure.fixed($0["threshold"]), Figure.minute($0["opened"]?.string),
            ]
        }
    }

    private static func version(_ json: JSON?) -> String {
        json?["version"].map { Figure.plain($0) } ?? (json?.object == nil ? Figure.plain(json) : "–")
    }

    private static func section(
        _ title: String,
        _ headings: [String],
        right: Set<Int> = [],
        _ items: JSON?,
        _ row: (JSON) -> [String]
    ) {
        Terminal.say()
        guard let items = items?.array, !items.isEmpty else { return Terminal.say("\(title): none") }
        Terminal.say(Style.bold(title))
        var table = TextTable(headings, right: right)
        for item in items { table.add(row(item)) }
        table.say(indent: "  ")
    }
}
