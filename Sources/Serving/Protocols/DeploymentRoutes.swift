import Basics
import Ledger
import Web
import Workers

extension Serving {
    /// Martlet's own API of deployments.
    func deploymentRoutes() -> RouteGroup {
        RouteGroup(
            "deployments",
            envelope: .problem,
            [
                Route(.get, "/api/v1/deployments", .reader, "All deployments", handler: list),
                Route(.get, "/api/v1/deployments/{name}", .reader, "A deployment", handler: show),
                Route(
                    .post,
                    "/api/v1/deployments/{name}",
                    .writer,
                    "Switch a deployment to a version",
                    handler: create
                ),
            ]
        )
    }

    private func list(_ request: WebRequest) async throws -> WebResponse {
        .json(["items": .array(try await deployments().map(summary))])
    }

    private func show(_ request: WebRequest) async throws -> WebResponse {
        let deployment = try await deployment(request.parameter("name"))
        var json = summary(deployment)
        let history = try await ledger.events(
            after: 0,
            kinds: ["deployment.switched", "deployment.ready", "deployment.failed"],
            subject: "deployment:\(deployment.name)",
            limit: 1000
        )
        json["history"] = .array(history.suffix(50).reversed().map(\.json))
        return .json(json)
    }

    /// `{"model": …, "version": …, "spec": {…}?, "reason": …?}`
    private func create(_ request: WebRequest) async throws -> WebResponse {
        let name = try request.parameter("name")
        let body = try await request.json(limit: 1 << 20)
        let known = ["model", "version", "spec", "reason"]
        if let extra = body.object?.keys.first(where: { !known.contains($0) }) {
            throw MartletError(
                .invalidArgument,
                "the body has an unknown key '\(extra.prefix(100))'",
                hint: Suggestion.hint(for: extra, among: known)
            )
        }
        guard let model = body["model"]?.string else {
            throw MartletError(.invalidArgument, "the body has no text 'model'", hint: "the registered model's name")
        }
        let text = body["version"]?.string.flatMap { Int64($0) }
        guard let version = (body["version"]?.int ?? text).flatMap({ Int(exactly: $0) }), version > 0 else {
            throw MartletError(
                .invalidArgument,
                "the body has no whole number 'version'",
                hint: "a version of the model"
            )
        }
        try await deploy(
            deployment: name,
            model: model,
            version: version,
            spec: try body["spec"].map { try DeploymentSpec(json: $0) },
            reason: body["reason"]?.string ?? "asked for",
            actor: request.actor
        )
        return .json(summary(try await deployment(name)), status: .accepted)
    }

    private func summary(_ deployment: Deployment) -> JSON {
        let live = board.deployment(deployment.name)
        let current = live?.current
        let variants = (live?.variants ?? []).map { variant, isCurrent -> JSON in
            [
                "model": .string(variant.target.model), "version": JSON(variant.target.version),
                "weight": .double(isCurrent ? 1 : 0), "state": .string(isCurrent ? "serving" : "draining"),
                "workers": JSON(variant.pool.liveCount), "in_flight": JSON(variant.inFlight),
                "waiting": JSON(variant.pool.waitingCount), "restarts": JSON(variant.pool.restartCount),
            ]
        }
        let isBehind = deployment.status == .ready && current == nil
        let status = isBehind ? Deployment.Status.starting : deployment.status
        let shown = current?.target ?? deployment.served ?? deployment.wanted
        return [
            "name": .string(deployment.name), "model": .string(shown.model), "version": JSON(shown.version),
            "wanted": ["model": .string(deployment.wanted.model), "version": JSON(deployment.wanted.version)],
            "status": .string(status.rawValue), "problem": JSON(deployment.problem),
            "spec": deployment.wanted.spec.json, "reason": .string(deployment.reason),
            "actor": .string(deployment.actor),
            "switched": JSON(deployment.switched), "variants": .array(variants),
            "traffic": live?.traffic.json ?? Traffic().json,
            "inputs": .array(
                (current?.schema.columns ?? []).map { column in
                    [
                        "name": .string(column.name), "type": .string(column.type.rawValue),
                        "required": .bool(column.isRequired),
                    ]
                }
            ),
        ]
    }
}
