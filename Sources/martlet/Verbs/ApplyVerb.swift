import ArgumentParser
import Basics

/// `martlet apply`
struct ApplyVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make the server hold what ./martlet.yaml declares.",
        discussion: """
            Sends the declaration and the code of its folder (what git tracks or would track; without git, all but environments and \
            caches), with the commit and whether there is something that it does not hold. To repeat it does no harm.

            EXAMPLES:
              martlet apply
              martlet apply examples/flights
              martlet apply --file other.yaml --output json
            """
    )

    @Argument(help: "The project's folder, or its declaration. [default: .]")
    var project: String?

    @Option(help: "The declaration. [default: martlet.yaml]")
    var file: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let folder = try ProjectFolder(named: file ?? project)
        let answer = try await Client.use(server) { try await ProjectRequest.send("apply", folder, $0) }
        output.say(answer) { ProjectRequest.tell(answer, isPlan: false) }

    }
}
