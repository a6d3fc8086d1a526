import ArgumentParser
import Basics

/// `martlet rollback MODEL`
struct RollbackVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Put the champion before this one back.",
        discussion: """
            The alias and the deployment move in one transaction; requests under way are answered.

            EXAMPLES:
              martlet rollback flights --reason "complaints from the desk in Newark"
              martlet rollback flights --to 3 --reason "known good"
            """
    )

    @Argument(help: "The registered model.")
    var model: String

    @Option(help: "An earlier champion. [default: the one before the present one]")
    var to: Int?

    @Option(help: "Why; it is kept.")
    var reason: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let answer = try await Client.use(server) { client in
            try await client.post(
                "/api/v1/models/\(QueryString.escape(model))/rollback",
                ["to": JSON(to), "reason": .string(reason)]
            )
        }
        output.say(answer) {
            Terminal.say(
                "\(model): version \(Figure.plain(answer["to"])) is the champion again, instead of \(Figure.plain(answer["from"]))"
            )
        }
    }
}
