import Basics
public import Web

extension Access {
    /// The room's part of the API.
    public func routes() -> [RouteGroup] {
        [
            RouteGroup(
                "access",
                envelope: .problem,
                [Route(.post, "/api/v1/tokens", .administrator, "Make a token: {name, role}", handler: create)]
            )
        ]
    }

    private func create(_ request: WebRequest) async throws -> WebResponse {
        let body = try await request.json(limit: 4096)
        guard let name = body["name"]?.string, !name.isEmpty, name.utf8.count <= 100 else {
            throw MartletError(.invalidArgument, "'name' is missing or longer than 100 bytes")
        }
        let text = body["role"]?.string ?? Role.writer.rawValue
        guard let role = Role(rawValue: text) else {
            throw MartletError(
                .invalidArgument,
                "the role '\(text.prefix(60))' is not known",
                hint: Suggestion.hint(for: text, among: Role.allCases.map(\.rawValue))
            )
        }
        return .json(
            [
                "name": .string(name), "role": .string(role.rawValue),
                "token": .string(try await makeToken(name: name, role: role)),
            ],
            status: .created
        )
    }
}
