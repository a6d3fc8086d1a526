import ArgumentParser
import Basics

/// `martlet plan`
struct PlanVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what `apply` would change.",
        discussion: """
            Nothing is changed. The exit status is 0 when there is nothing to change, and 2 with --check when there is.

            EXAMPLES:
              martlet plan
              martlet plan examples/flights
              martlet plan --file other.yaml --output json
            """
    )

    @Argument(help: "The project's folder, or its declaration. [default: .]")
    var project: String?

    @Option(help: "The declaration. [default: martlet.yaml]")
    var file: String?

    @Flag(help: "End with status 2 when there is something to change.")
    var check = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let folder = try ProjectFolder(named: file ?? project)
        let answer = try await Client.use(server) { try await ProjectRequest.send("plan", folder, $0) }
        output.say(answer) { ProjectRequest.tell(answer, isPlan: true) }
        if check, answer["empty"]?.bool != true { throw ExitCode(2) }
    }
}
