import ArgumentParser
import Basics

/// `martlet data list`
struct DataListVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all datasets.",
        discussion: """
            EXAMPLES:
              martlet data list
              martlet data list --output json
            """
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let items = try await Client.use(server) { try await $0.list("/api/v1/datasets") }
        output.say(["items": .array(items)]) {
            guard !items.isEmpty else { return Terminal.say("no datasets; declare one in martlet.yaml") }
            var table = TextTable(["dataset", "project", "latest", "waiting", "description"], right: [2])
            for item in items {
                let waiting = item["waiting"]?.array ?? []
                table.add([
                    Figure.plain(item["name"]), Figure.plain(item["project"]), Figure.plain(item["latest"]),
                    waiting.isEmpty ? "–" : waiting.map { Figure.plain($0) }.joined(separator: ", "),
                    Figure.plain(item["description"]),
                ])
            }
            table.say()
        }
    }
}
