import ArgumentParser
import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1

/// `martlet logs RUN [STEP]`
struct LogsVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show what the steps of a pipeline run wrote.",
        discussion: """
            RUN is a run's id, or the name of a pipeline for its newest run. Without STEP all steps are shown, each line \
            behind its step's name.

            EXAMPLES:
              martlet logs train
              martlet logs train fit --follow
              martlet logs 01J9ZQ5W3V8K2M4N6P8R0S2T4V fit
            """
    )

    @Argument(help: "The run's id, or a pipeline's name for its newest run.")
    var run: String

    @Argument(help: "The step.")
    var step: String?

    @Flag(name: .shortAndLong, help: "Go on until the step is over.")
    var follow = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Client.use(server) { client in
            let found = try await Self.find(run, client)
            let id = found["id"]?.string ?? run
            let names = (found["steps"]?.array ?? []).compactMap { $0["name"]?.string }
            if let step, !names.contains(step) {
                throw MartletError(
                    .notFound,
                    "the run \(id) has no step '\(step)'",
                    hint: Suggestion.hint(for: step, among: names)
                )
            }
            var logs: [JSON] = []
            for name in step.map({ [$0] }) ?? names {
                let path = "/api/v1/pipeline-runs/\(QueryString.escape(id))/steps/\(QueryString.escape(name))/log"
                if output.isJSON {
                    let text = try await Self.text(path, client)
                    logs.append(["step": .string(name), "log": .string(text)])
                } else {
                    try await Self.copy(path, follow: follow, prefix: step == nil ? "\(name) | " : "", client)
                }
            }
            if output.isJSON { Terminal.say((["run": .string(id), "steps": .array(logs)] as JSON).prettyText()) }
        }
    }

    private static func find(_ run: String, _ client: Client) async throws -> JSON {
        if let found = try await client.find("/api/v1/pipeline-runs/\(QueryString.escape(run))") { return found }
        let name = run.split(separator: "/").last.map(String.init) ?? run
        let newest = try await client.get("/api/v1/pipeline-runs", query: [("pipeline", name), ("limit", "1")])
        guard let first = newest["items"]?[0], let id = first["id"]?.string else {
            throw MartletError(
                .notFound,
                "there is no run '\(run)', and no pipeline of that name has one",
                hint: "`martlet status` shows runs under way, `martlet run` starts one"
            )
        }
        return try await client.get("/api/v1/pipeline-runs/\(QueryString.escape(id))")
    }

    private static func text(_ path: String, _ client: Client) async throws -> String {
        do {
            return String(buffer: try await client.bytes(.GET, path).body)
        } catch let error as MartletError where error.code == .notFound {
            // A step that has not begun, or came from the cache, has written nothing.
            return ""
        }
    }

    private static func copy(_ path: String, follow: Bool, prefix: String, _ client: Client) async throws {
        let response: HTTPClientResponse.Body
        do {
            response = try await client.send(.GET, path, query: follow ? [("follow", "true")] : [], deadline: nil).body
        } catch let error as MartletError where error.code == .notFound {
            return
        }
        var line: [UInt8] = []
        for try await piece in response {
            guard !prefix.isEmpty else {
                Terminal.write(String(buffer: piece), to: 1)
                continue
            }
            for byte in piece.readableBytesView {
                if byte == UInt8(ascii: "\n") {
                    Terminal.say(prefix + String(decoding: line, as: UTF8.self))
                    line.removeAll(keepingCapacity: true)
                } else {
                    line.append(byte)
                }
            }
        }
        if !line.isEmpty { Terminal.say(prefix + String(decoding: line, as: UTF8.self)) }
    }
}
