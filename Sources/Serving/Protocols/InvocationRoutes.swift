import Basics
import Web
import Workers

extension Serving {
    /// MLflow's scoring protocol, a deployment below its name.
    func invocationRoutes() -> RouteGroup {
        RouteGroup(
            "mlflow-scoring",
            envelope: .mlflow,
            prefixes: ["/serving/"],
            [
                Route(.post, "/serving/{name}/invocations", .reader, "Predict, in MLflow's forms", handler: invoke),
                Route(.get, "/serving/{name}/ping", .reader, "Whether the deployment answers", handler: ping),
                Route(.get, "/serving/{name}/health", .reader, "Whether the deployment answers", handler: ping),
                Route(.get, "/serving/{name}/version", .reader, "The model's version that answers", handler: version),
            ]
        )
    }

    private func invoke(_ request: WebRequest) async throws -> WebResponse {
        let live = try await live(request.parameter("name"))
        let body = try await request.bytes()
        let type = (request.header("Content-Type") ?? "application/json").split(separator: ";").first ?? ""
        let started = ContinuousClock.now
        let call = PredictionCall(
            serving: self,
            live: live,
            correlation: request.header("X-Correlation-Id"),
            started: started
        )
        let kind = type.lowercased().filter { $0 != " " }
        let reply = try await call.run { schema in
            switch kind {
            case "application/json":
                let form = try InputForm(json: JSON(parsing: body.readableBytesView), schema: schema)
                return PredictionCall.Question(rows: form.rows, params: form.params)
            case "text/csv":
                return PredictionCall.Question(rows: .table(try CSVReader.read(body.readableBytesView)))
            default:
                throw MartletError(
                    .invalidArgument,
                    "the Content-Type is none that can be read here",
                    hint: "application/json or text/csv"
                )
            }
        }
        var response = WebResponse.json(bytes: PredictionWriter.mlflow(reply.answer).bytes)
        headers(reply, &response)
        return response
    }

    private func ping(_ request: WebRequest) async throws -> WebResponse {
        let name = try request.parameter("name")
        guard let variant = try await live(name).current, variant.pool.liveCount > 0 else {
            throw MartletError(.unavailable, "the deployment '\(name)' is starting", hint: "try again")
        }
        return .text("\n", type: "application/json")
    }

    private func version(_ request: WebRequest) async throws -> WebResponse {
        let name = try request.parameter("name")
        guard let variant = try await live(name).current else {
            throw MartletError(.unavailable, "the deployment '\(name)' is starting", hint: "try again")
        }
        return .json([
            "deployment": .string(name), "model": .string(variant.target.model),
            "version": JSON(variant.target.version),
        ])
    }
}
