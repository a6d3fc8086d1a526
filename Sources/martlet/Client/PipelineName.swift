import Basics

/// Finds the pipeline that a person means.
enum PipelineName {
    /// The project and the name.
    ///
    /// - Parameter text: `NAME` or `PROJECT/NAME`.
    /// - Throws: `notFound` with the nearest name, `invalidArgument` where several projects have one of that name.
    static func resolve(_ text: String, _ client: Client) async throws -> (project: String, name: String) {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        if parts.count == 2 { return (parts[0], parts[1]) }
        let known = try await client.list("/api/v1/pipelines").compactMap { item -> (String, String)? in
            guard let project = item["project"]?.string, let name = item["name"]?.string else { return nil }
            return (project, name)
        }
        let found = known.filter { $0.1 == text }
        if found.count == 1, let only = found.first { return (only.0, only.1) }
        if found.isEmpty {
            throw MartletError(
                .notFound,
                "there is no pipeline '\(text)'",
                hint: known.isEmpty
                    ? "declare one in martlet.yaml and `martlet apply` it"
                    : Suggestion.hint(for: text, among: known.map(\.1))
            )
        }
        throw MartletError(
            .invalidArgument,
            "several projects have a pipeline '\(text)'",
            hint: "one of \(found.map { "\($0.0)/\($0.1)" }.joined(separator: ", "))"
        )
    }
}
