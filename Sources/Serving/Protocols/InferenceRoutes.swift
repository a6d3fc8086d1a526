import Basics
import Web
import Workers

extension Serving {
    /// The Open Inference Protocol; the model's name is the deployment's.
    func inferenceRoutes() -> RouteGroup {
        RouteGroup(
            "open-inference",
            envelope: .inference,
            prefixes: ["/v2"],
            [
                Route(.get, "/v2", .reader, "What this server speaks", handler: server),
                Route(.get, "/v2/health/live", .everyone, "Whether the server lives") { _ in .json(["live": true]) },
                Route(.get, "/v2/health/ready", .everyone, "Whether all deployments answer", handler: serverReady),
                Route(.get, "/v2/models/{name}", .reader, "A model's inputs and outputs", handler: metadata),
                Route(
                    .get,
                    "/v2/models/{name}/versions/{version}",
                    .reader,
                    "The same of a version",
                    handler: metadata
                ),
                Route(.get, "/v2/models/{name}/ready", .reader, "Whether a model answers", handler: modelReady),
                Route(
                    .get,
                    "/v2/models/{name}/versions/{version}/ready",
                    .reader,
                    "Whether a version answers",
                    handler: modelReady
                ),
                Route(.post, "/v2/models/{name}/infer", .reader, "Predict with tensors", handler: infer),
                Route(
                    .post,
                    "/v2/models/{name}/versions/{version}/infer",
                    .reader,
                    "Predict with tensors, by a version",
                    handler: infer
                ),
            ]
        )
    }

    private func server(_ request: WebRequest) async throws -> WebResponse {
        .json(["name": "martlet", "version": "0.1.0", "extensions": []])
    }

    private func serverReady(_ request: WebRequest) async throws -> WebResponse {
        for deployment in try await deployments() where board.deployment(deployment.name)?.current == nil {
            throw MartletError(.unavailable, "the deployment '\(deployment.name)' is starting", hint: "try again")
        }
        return .json(["ready": true])
    }

    private func modelReady(_ request: WebRequest) async throws -> WebResponse {
        let variant = try await current(request)
        return .json(["name": .string(try request.parameter("name")), "ready": .bool(variant.pool.liveCount > 0)])
    }

    private func metadata(_ request: WebRequest) async throws -> WebResponse {
        let name = try request.parameter("name")
        let variant = try await current(request)
        let inputs = (variant.schema.columns ?? []).map { column -> JSON in
            [
                "name": .string(column.name), "datatype": .string(column.type.inferenceName), "shape": [-1],
                "parameters": ["required": .bool(column.isRequired)],
            ]
        }
        return .json([
            "name": .string(name), "versions": [.string(String(variant.target.version))], "platform": "mlflow_pyfunc",
            "inputs": .array(inputs), "outputs": variant.schema.description.inferenceOutputs,
        ])
    }

    private func current(_ request: WebRequest) async throws -> Variant {
        let name = try request.parameter("name")
        guard let variant = try await live(name).current else {
            throw MartletError(.unavailable, "the deployment '\(name)' is starting", hint: "try again")
        }
        if let version = try Self.version(request), version != variant.target.version {
            throw MartletError(
                .notFound,
                "the deployment '\(name)' does not serve version \(version)",
                hint: "it serves version \(variant.target.version)"
            )
        }
        return variant
    }

    private static func version(_ request: WebRequest) throws -> Int? {
        guard let text = request.parameters["version"] else { return nil }
        guard let version = Int(text) else {
            throw MartletError(.invalidArgument, "'\(text.prefix(40))' is not a version", hint: "a whole number")
        }
        return version
    }

    private func infer(_ request: WebRequest) async throws -> WebResponse {
        let name = try request.parameter("name")
        let live = try await live(name)
        let version = try Self.version(request)
        let body = try await request.bytes()
        let started = ContinuousClock.now
        let json = try Self.parsed(body, live, metrics)
        let call = PredictionCall(
            serving: self,
            live: live,
            correlation: request.header("X-Correlation-Id"),
            started: started
        )
        let wanted = json["outputs"]?.array?.compactMap { $0["name"]?.string }
        let reply = try await call.run(version: version) { schema in
            try InferenceTensors.question(json, schema: schema)
        }
        var outputs = try InferenceTensors.outputs(reply.answer)
        if let wanted, !wanted.isEmpty {
            for name in wanted where !outputs.contains(where: { $0.name == name }) {
                throw MartletError(
                    .invalidArgument,
                    "the model has no output '\(name.prefix(100))'",
                    hint: Suggestion.hint(for: name, among: outputs.map(\.name))
                )
            }
            outputs = outputs.filter { wanted.contains($0.name) }
        }
        var response = WebResponse.json(
            bytes: Self.inference(outputs, reply, name: name, id: json["id"]?.string ?? reply.id)
        )
        headers(reply, &response)
        return response
    }

    private static func parsed(_ body: ByteBuffer, _ live: LiveDeployment, _ metrics: ServingMetrics) throws -> JSON {
        do {
            return try JSON(parsing: body.readableBytesView)
        } catch {
            live.traffic.refused()
            metrics.refused(live.name)
            throw error
        }
    }

    private static func inference(
        _ outputs: [(name: String, datatype: String, shape: [Int], columns: [TableColumn])],
        _ reply: PredictionCall.Reply,
        name: String,
        id: String
    ) -> [UInt8] {
        var bad = 0
        var writer = JSONWriter(nonFinite: .null, capacity: 256 + reply.answer.rowCount * outputs.count * 20)
        writer.raw("{\"model_name\":")
        writer.write(name)
        writer.raw(",\"model_version\":")
        writer.write(String(reply.target.version))
        writer.raw(",\"id\":")
        writer.write(id)
        writer.raw(",\"outputs\":[")
        for (position, output) in outputs.enumerated() {
            writer.raw(position > 0 ? ",{\"name\":" : "{\"name\":")
            writer.write(output.name)
            writer.raw(",\"datatype\":")
            writer.write(output.datatype)
            writer.raw(",\"shape\":[\(output.shape.map(String.init).joined(separator: ","))],\"data\":[")
            for row in 0..<reply.answer.rowCount {
                for (place, column) in output.columns.enumerated() {
                    if row > 0 || place > 0 { writer.raw(",") }
                    PredictionWriter.value(column, row, &writer, &bad)
                }
            }
            writer.raw("]}")
        }
        writer.raw("]}")
        return writer.bytes
    }
}
