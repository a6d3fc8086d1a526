import ArgumentParser
import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1

/// `martlet promote MODEL VERSION`
struct PromoteVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Send a model version through the gates, sign it, or explain a decision.",
        discussion: """
            Without --explain the version goes through its model's declared gates; one that passed and waits for a person is \
            signed by this. The exit status is 0 for promoted, 1 for refused, 3 for not decided yet.
            With --force the gates are left out; that needs a reason, and the event log keeps both.

            EXAMPLES:
              martlet promote --explain flights
              martlet promote --explain flights 7
              martlet promote flights 7
              martlet promote flights 7 --force --reason "the holdout was stale"
            """
    )

    @Argument(help: "The registered model.")
    var model: String

    @Argument(help: "The version; with --explain it may be left out for the newest decision.")
    var version: Int?

    @Flag(help: "Show a decision with all its checks and figures; change nothing.")
    var explain = false

    @Flag(help: "Leave the gates out.")
    var force = false

    @Option(help: "Why; it is kept.")
    var reason: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !explain, version == nil {
            throw ValidationError("name the version to promote: martlet promote \(model) VERSION")
        }
        if force, reason == nil { throw ValidationError("--force needs --reason \"why\"") }
        if force, explain { throw ValidationError("--explain changes nothing; leave --force out") }
    }

    func run() async throws {
        let promotion = try await Client.use(server) { client in
            let name = QueryString.escape(model)
            if explain { return try await decision(client) }
            var body: JSON = ["version": JSON(version), "force": .bool(force)]
            if let reason { body["reason"] = .string(reason) }
            return try await client.postWaiting("/api/v1/models/\(name)/promote", body)
        }
        output.say(promotion) { Decision.tell(promotion) }
        guard !explain else { return }
        switch promotion["decision"]?.string {
        case "promoted": return
        case "refused": throw ExitCode(1)
        default: throw ExitCode(3)
        }
    }

    private func decision(_ client: Client) async throws -> JSON {
        let items = try await client.get("/api/v1/promotions", query: [("model", model), ("limit", "200")])["items"]
        let all = items?.array ?? []
        guard let found = version.map({ wanted in all.first { $0["version"]?.int == Int64(wanted) } }) ?? all.first
        else {
            throw MartletError(
                .notFound,
                version.map { "version \($0) of model '\(model)' has not been through the gates" }
                    ?? "no version of model '\(model)' has been through the gates",
                hint: "`martlet promote \(model) VERSION` sends one"
            )
        }
        guard let id = found["id"]?.string else { return found }
        return try await client.get("/api/v1/promotions/\(QueryString.escape(id))")
    }
}

extension Client {
    /// Asks for a promotion and waits until it is decided, two minutes at most.
    func postWaiting(_ path: String, _ body: JSON) async throws -> JSON {
        let answer = try await bytes(
            .POST,
            path,
            query: [("wait", "120")],
            headers: [("Content-Type", "application/json")],
            body: .bytes(body.bytes()),
            deadline: .seconds(150)
        )
        return try JSON(parsing: answer.body.readableBytesView)
    }
}
