import ArgumentParser
import Basics

/// `martlet data accept`
struct DataAcceptVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Accept a version that waits because a check failed.",
        discussion: """
            EXAMPLES:
              martlet data accept flights 3 --reason "looked at by ann: the sensor was replaced"
            """
    )

    @Argument(help: "The dataset.")
    var dataset: String

    @Argument(help: "The version.")
    var version: Int

    @Option(help: "Why; it is kept.")
    var reason: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let answer = try await Client.use(server) { client in
            try await client.post(
                "/api/v1/datasets/\(QueryString.escape(dataset))/versions/\(version)/accept",
                ["reason": .string(reason)]
            )
        }
        output.say(answer) { Terminal.say("dataset:\(dataset)@\(version) accepted") }
    }
}
