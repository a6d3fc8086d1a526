import ArgumentParser
import Basics

/// `martlet data show`
struct DataShowVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a version of a dataset: rows, checks, and each column's profile.",
        discussion: """
            EXAMPLES:
              martlet data show flights
              martlet data show flights 3
              martlet data show flights --versions
            """
    )

    @Argument(help: "The dataset.")
    var dataset: String

    @Argument(help: "The version. [default: the newest accepted one]")
    var version: Int?

    @Flag(help: "List the versions instead.")
    var versions = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let path = "/api/v1/datasets/\(QueryString.escape(dataset))"
        try await Client.use(server) { client in
            if versions {
                let items = try await client.list("\(path)/versions", cursor: "before")
                return output.say(["items": .array(items)]) { Self.tell(versions: items) }
            }
            let found = try await client.get("\(path)/versions/\(version.map { String($0) } ?? "latest")")
            output.say(found) { Self.tell(found) }
        }
    }

    private static func tell(versions: [JSON]) {
        var table = TextTable(["version", "status", "rows", "mode", "event time", "digest"], right: [0, 2])
        for item in versions {
            table.add([
                Figure.plain(item["version"]), Figure.plain(item["status"]), Figure.count(item["rows"]),
                Figure.plain(item["mode"]), Figure.minute(item["event_time"]?.string),
                String(Figure.plain(item["digest"]).prefix(12)),
            ])
        }
        table.say()
    }

    static func tell(_ version: JSON) {
        Terminal.say(
            "\(Figure.plain(version["address"])): \(Figure.plain(version["status"])), \(Figure.count(version["rows"])) rows, "
                + "digest \(String(Figure.plain(version["digest"]).prefix(12)))"
        )
        tellFailures(version)
        let profile = version["profile"]?["columns"]?.array ?? version["profile"]?.array ?? []
        guard !profile.isEmpty else { return }
        Terminal.say()
        var table = TextTable(["column", "type", "nulls", "distinct", "min", "max"], right: [2, 3, 4, 5])
        for column in profile {
            table.add([
                Figure.plain(column["name"] ?? column["column"]), Figure.plain(column["type"]),
                Figure.count(column["nulls"]), Figure.count(column["distinct"]),
                String(Figure.plain(column["min"]).prefix(24)), String(Figure.plain(column["max"]).prefix(24)),
            ])
        }
        table.say(indent: "  ")
    }

    static func tellFailures(_ version: JSON) {
        for failure in version["failures"]?.array ?? [] {
            Terminal.say("  \(Style.bad("failed")) \(Figure.plain(failure["message"] ?? failure["check"]))")
        }
    }
}
