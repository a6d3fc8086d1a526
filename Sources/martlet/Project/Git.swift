import Basics

/// What git knows of a folder; without git, or outside a repository, nothing.
enum Git {
    /// The state of the code: commit, branch, and whether there is something that the commit does not hold.
    struct State: Sendable {
        var commit: String?
        var branch: String?
        var isDirty = false
    }

    static func state(_ folder: String) async -> State {
        guard let head = await ask(folder, ["rev-parse", "--verify", "--quiet", "HEAD"]), head.isSuccess else {
            return State()
        }
        let branch = await ask(folder, ["symbolic-ref", "--short", "--quiet", "HEAD"])
        let status = await ask(folder, ["status", "--porcelain", "--", "."])
        return State(
            commit: head.text,
            branch: branch.flatMap { $0.isSuccess ? $0.text : nil },
            isDirty: status.map { $0.isSuccess && !$0.output.isEmpty } ?? false
        )
    }

    /// The files that git tracks or would track, relative to the folder; `nil` where it does not say.
    static func files(_ folder: String) async -> [String]? {
        guard let answer = await ask(folder, ["ls-files", "-z", "-co", "--exclude-standard"]), answer.isSuccess else {
            return nil
        }
        let names = answer.output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return names.isEmpty ? nil : Array(Set(names))
    }

    private static func ask(_ folder: String, _ arguments: [String]) async -> Command.Answer? {
        await Command.ask("git", ["-C", folder] + arguments)
    }
}
