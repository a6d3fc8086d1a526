import ArgumentParser
import Basics

/// `martlet run PIPELINE`
struct RunVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Start a pipeline and follow its steps.",
        discussion: """
            The exit status tells the outcome: 0 for succeeded, 1 for failed or cancelled, 3 where the run waits for a \
            person to decide about its data. Ctrl-C ends the watching, not the run.

            EXAMPLES:
              martlet run train
              martlet run flights/train --param train_days=60
              martlet run train --no-wait --output json
            """
    )

    @Argument(help: "The pipeline: NAME, or PROJECT/NAME where several projects have one of that name.")
    var pipeline: String

    @Option(help: "A param of the steps, NAME=VALUE; may be repeated.")
    var param: [String] = []

    @Option(help: "The time that the run stands for (ISO 8601). [default: now]")
    var eventTime: String?

    @Option(help: "A name of the request: asked again with it, the same run is the answer.")
    var key: String?

    @Flag(inversion: .prefixedNo, help: "Follow the run to its end.")
    var wait = true

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let params = try param.map(Self.parameter)
        let status = try await Client.use(server) { client in
            let (project, name) = try await PipelineName.resolve(pipeline, client)
            var body: JSON = ["params": .object(JSONObject(params))]
            if let eventTime { body["event_time"] = .string(eventTime) }
            if let key { body["key"] = .string(key) }
            var run = try await client.post(
                "/api/v1/pipelines/\(QueryString.escape(project))/\(QueryString.escape(name))/runs",
                body
            )
            guard let id = run["id"]?.string else {
                throw MartletError(.dataLoss, "the server's answer names no run")
            }
            if wait {
                Terminal.note("run \(id) of \(project)/\(name)")
                run = try await RunWatch(client: client, id: id).follow()
            }
            let final = run
            output.say(final) {
                if wait { RunWatch.tell(final) } else { Terminal.say(id) }
            }
            return run["status"]?.string
        }
        guard wait else { return }
        switch status {
        case "succeeded": return
        case "waiting": throw ExitCode(3)
        default: throw ExitCode(1)
        }
    }

    /// `depth=3` as a name and a value; a value that is JSON is taken as such, all else is text.
    private static func parameter(_ text: String) throws -> (String, JSON) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw MartletError(.invalidArgument, "the param '\(text)' has no value", hint: "--param NAME=VALUE")
        }
        let value = String(text[text.index(after: equals)...])
        return (String(text[..<equals]), (try? JSON(parsing: value)) ?? .string(value))
    }
}
