import ArgumentParser
import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1

/// What `plan` and `apply` send, and how they tell the answer.
enum ProjectRequest {
    /// Sends the declaration with the state of its code.
    ///
    /// - Parameters:
    ///   - action: `plan` or `apply`; only the latter uploads the code.
    static func send(_ action: String, _ folder: ProjectFolder, _ client: Client) async throws -> JSON {
        let bundle = try await folder.bundle()
        let git = await Git.state(folder.path)
        if action == "apply" { try await upload(bundle, client) }
        return try await client.post(
            "/api/v1/projects/\(action)",
            [
                "file": .string(folder.text), "name": .string(folder.file), "path": .string(folder.path),
                "code": [
                    "digest": .string(bundle.digest), "commit": JSON(git.commit), "dirty": .bool(git.isDirty),
                    "branch": JSON(git.branch),
                ],
            ],
            deadline: .seconds(300)
        )
    }

    /// Sends the code; a server that has it already leaves it at that.
    private static func upload(_ bundle: CodeBundle, _ client: Client) async throws {
        _ = try await client.bytes(
            .PUT,
            "/api/v1/code/\(bundle.digest)",
            headers: [("Content-Type", "application/x-tar")],
            body: .bytes(ByteBuffer(bytes: bundle.archive)),
            deadline: .seconds(300)
        )
    }

    /// Tells each change: what it is, and from what to what.
    static func tell(_ answer: JSON, isPlan: Bool) {
        let changes = (answer["changes"]?.array ?? []).filter { $0["action"]?.string != "keep" }
        for change in changes {
            let action = change["action"]?.string ?? ""
            let mark =
                switch action {
                case "create": Style.good("+")
                case "delete": Style.bad("-")
                default: Style.warn("~")
                }
            Terminal.say("\(mark) \(Figure.plain(change["kind"])) \(Figure.plain(change["name"])): \(action)")
            // A new thing is told by its name: its whole content would say it all again.
            guard action == "update" else { continue }
            for line in change["diff"]?.array ?? [] {
                Terminal.say("    \(Figure.plain(line["path"])): \(value(line["from"])) → \(value(line["to"]))")
            }
        }
        let project = Figure.plain(answer["project"])
        var parts: [String] = []
        if !changes.isEmpty { parts.append("\(changes.count) change\(changes.count == 1 ? "" : "s")") }
        if answer["code_changed"]?.bool == true { parts.append("new code") }
        if parts.isEmpty {
            Terminal.say("\(project): nothing to change")
        } else {
            Terminal.say(
                "\(project): \(parts.joined(separator: " and "))\(isPlan ? "; `martlet apply` takes it over" : ", taken over")"
            )
        }
    }

    private static func value(_ json: JSON?) -> String {
        guard let json, !json.isNull else { return "nothing" }
        return String((json.string ?? json.text()).prefix(200))
    }
}
