import Basics
import Declarations
import Pipelines
import Web

extension Projects {
    /// The projects' part of the API.
    func routes() -> [RouteGroup] {
        [
            RouteGroup(
                "projects",
                envelope: .problem,
                [
                    Route(.get, "/api/v1/projects", .reader, "All projects") { _ in
                        .json(["items": .array(try await self.list())])
                    },
                    Route(.get, "/api/v1/projects/{name}", .reader, "A project", handler: one),
                    Route(.post, "/api/v1/projects/plan", .reader, "What applying a file would change") { request in
                        .json(try await self.plan(try await Self.submission(request)).json)
                    },
                    Route(.post, "/api/v1/projects/apply", .writer, "Declare what a file says") { request in
                        .json(try await self.apply(try await Self.submission(request)).json)
                    },
                    Route(.get, "/api/v1/schema/project", .everyone, "JSON Schema of the project file") { _ in
                        .json(ProjectSchema.document)
                    },
                ]
            )
        ]
    }

    private func one(_ request: WebRequest) async throws -> WebResponse {
        let name = try request.parameter("name")
        guard let project = try await list(name).first else {
            throw MartletError(
                .notFound,
                "there is no project '\(name.prefix(100))'",
                hint: Suggestion.hint(for: name, among: try await names())
            )
        }
        return .json(project)
    }

    /// Who applies. Without tokens nobody is known, and the command line may say who sits before it; a token is not
    /// outdone by what its bearer says, nor may anybody be the server itself.
    private static func actor(_ request: WebRequest) -> String {
        guard request.actor == "client", let said = request.header("Martlet-Actor"), said.hasPrefix("cli:"),
            said.utf8.count <= 100
        else { return request.actor }
        return said
    }

    private static func submission(_ request: WebRequest) async throws -> Submission {
        let body = try await request.json(limit: 2 * SpecParser.sizeLimit)
        guard let text = body["file"]?.string else {
            throw MartletError(.invalidArgument, "'file' is missing", hint: "the text of martlet.yaml")
        }
        let code = body["code"]
        if let digest = code?["digest"]?.string, !Digest.isValid(digest) {
            throw MartletError(.invalidArgument, "'code.digest' is not a SHA-256 digest")
        }
        return Submission(
            text: text,
            file: body["name"]?.string ?? "martlet.yaml",
            folder: body["path"]?.string ?? "",
            code: CodeState(
                digest: code?["digest"]?.string,
                commit: code?["commit"]?.string,
                isDirty: code?["dirty"]?.bool ?? false,
                branch: code?["branch"]?.string
            ),
            actor: Self.actor(request)
        )
    }
}
