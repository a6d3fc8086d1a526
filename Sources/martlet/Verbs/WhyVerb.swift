import ArgumentParser
import Basics
import NIOCore
import NIOHTTP1

/// `martlet why ADDRESS`
struct WhyVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tell what an answer rests on: version, run, data, code, environment, decision.",
        discussion: """
            An address is KIND:NAME, such as prediction:ID, model:NAME/VERSION, run:ID, dataset:NAME@VERSION, \
            deployment:NAME or promotion:ID; an id alone is a prediction's. The exit status is 1 where a part of the evidence \
            is missing.

            EXAMPLES:
              martlet why prediction:01J9ZQ5W3V8K2M4N6P8R0S2T4V-0
              martlet why model:flights/3
              martlet why deployment:flights --output json
            """
    )

    @Argument(help: "What to explain.")
    var address: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let full = address.contains(":") ? address : "prediction:\(address)"
        let path =
            "/api/v1/why/"
            + full.split(separator: "/", omittingEmptySubsequences: false)
            .map { QueryString.escape(String($0)) }.joined(separator: "/")
        let isComplete = try await Client.use(server) { client in
            let document = try await client.get(path)
            if output.isJSON {
                Terminal.say(document.prettyText())
            } else {
                let text = try await client.bytes(.GET, path, query: [("format", "text")])
                var lines = String(buffer: text.body)
                while lines.last?.isNewline == true { lines.removeLast() }
                Terminal.say(lines)
            }
            return document["missing"]?.array?.isEmpty ?? true
        }
        if !isComplete { throw ExitCode(1) }
    }
}
