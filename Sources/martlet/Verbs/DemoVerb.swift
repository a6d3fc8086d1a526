import ArgumentParser
import Basics

/// `martlet demo`
struct DemoVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "See the whole loop on real data: a year of flights from New York.",
        discussion: """
            Starts a server on loopback, applies examples/flights, trains on January to March, and lives the following months \
            hour by hour: each hour's flights are predicted, what landed comes back as actuals, each month's flights become a \
            version of the dataset. Drift, alerts, retraining, promotion and refusal then happen by themselves. It is a client \
            of the same API and the same files that you have.

            Run again, it goes on from what is stored, unless --fresh starts over. The server stays up until Ctrl-C.

            EXAMPLES:
              martlet demo
              martlet demo --months 3
              martlet demo --fresh --months 1 --no-serve --data /tmp/demo
            """
    )

    @Option(help: "How many months to live, from April.")
    var months = 9

    @Flag(help: "Forget what an earlier demo stored; what was downloaded stays.")
    var fresh = false

    @Option(help: "The demo's folder.")
    var data = "martlet-demo"

    @Option(
        help:
            "A Python interpreter with the project's packages. [default: $MARTLET_PYTHON, else an environment is made by uv]"
    )
    var python: String?

    @Option(help: "The flights project. [default: examples/flights, here or near this program]")
    var project: String?

    @Flag(inversion: .prefixedNo, help: "Keep the server up at the end, until Ctrl-C.")
    var serve = true

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...9).contains(months) else { throw ValidationError("--months is from 1 (April) to 9 (December)") }
    }

    func run() async throws {
        let folder = try DemoFolder(data)
        if fresh { try folder.startOver() }
        let project = try ProjectFolder(named: project ?? DemoFolder.project())
        let options = DemoOptions(
            months: months,
            python: python ?? ServerOptions.variable("MARTLET_PYTHON"),
            staysUp: serve
        )
        let isInterrupted = try await Interruption.during {
            let environment = DemoEnvironment(folder: folder, project: project.path)
            let interpreter = try await environment.python(options.python)
            let year = try await environment.fetch(interpreter)
            try await DemoServer(folder: folder, python: interpreter).run { client in
                let summary = try await Demo(
                    client: client,
                    folder: folder,
                    project: project,
                    year: year,
                    months: options.months
                ).run()
                output.say(summary) { DemoSummary.tell(summary) }
                guard options.staysUp else { return }
                Terminal.note("")
                Terminal.note("The server stays up at \(client.base) until Ctrl-C.")
                while true { try await Task.sleep(for: .seconds(3600)) }
            }
        }
        if isInterrupted { Terminal.note("stopped; `martlet demo` goes on from here") }
    }
}

/// What was asked of the demo.
struct DemoOptions: Sendable {
    let months: Int
    let python: String?
    let staysUp: Bool
}
