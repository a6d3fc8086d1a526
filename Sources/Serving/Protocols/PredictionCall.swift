import Basics
import Web
import Workers

/// One prediction request, whatever protocol it came in: who answers it, what was answered, and its record.
struct PredictionCall: Sendable {
    /// What was asked, read against the variant's schema.
    struct Question: Sendable {
        var rows: InputForm.Rows
        var params: JSON?
    }

    /// What goes back to the client.
    struct Reply: Sendable {
        let id: String
        let target: Deployment.Target
        let schema: InputSchema
        let answer: ModelAnswer
    }

    let serving: Serving
    let live: LiveDeployment
    let correlation: String?
    let started: ContinuousClock.Instant

    /// Asks the variant that serves, records the answer, and returns it.
    ///
    /// - Parameters:
    ///   - version: The version that the client insists on; any if `nil`.
    ///   - read: Makes rows of the request.
    func run(version: Int? = nil, _ read: @Sendable (InputSchema) throws -> Question) async throws -> Reply {
        guard let variant = live.enter() else {
            throw MartletError(.unavailable, "the deployment '\(live.name)' is starting", hint: "try again")
        }
        defer { variant.leave() }
        do {
            if let version, version != variant.target.version {
                throw MartletError(
                    .notFound,
                    "the deployment '\(live.name)' does not serve version \(version)",
                    hint: "it serves version \(variant.target.version)"
                )
            }
            return try await ask(variant, try read(variant.schema))
        } catch {
            let error = MartletError(wrapping: error)
            switch error.code {
            case .invalidArgument, .notFound, .tooLarge:
                live.traffic.refused()
                serving.metrics.refused(live.name)
            case .alreadyExists, .conflict, .permissionDenied, .unauthenticated, .exhausted, .unavailable,
                .deadlineExceeded, .unimplemented, .dataLoss, .cancelled, .internalError:
                live.traffic.failed()
                serving.metrics.failed(live.name)
            }
            throw error
        }
    }

    private func ask(_ variant: Variant, _ question: Question) async throws -> Reply {
        let target = variant.target
        let now = serving.world.now()
        let answer: ModelAnswer
        let labels: RowLabels
        var inputs = ColumnTable()
        switch question.rows {
        case .table(var raw):
            labels = try RowLabels(&raw, spec: target.spec, schema: variant.schema, header: correlation, now: now)
            inputs = try variant.schema.table(raw, model: "model:\(target.address)")
            answer = try await variant.pool.predict(inputs, params: question.params)
        case .nested(let form):
            answer = try await variant.pool.predict(form: form, params: question.params)
            labels = try RowLabels(count: answer.rowCount, header: correlation, now: now)
        }
        let id = serving.world.orderedID()
        let seconds = (ContinuousClock.now - started).seconds
        let batch = PredictionBatch(
            id: id,
            deployment: live.name,
            model: target.model,
            version: target.version,
            time: now,
            eventTimes: labels.times,
            keys: labels.keys,
            inputs: inputs,
            outputs: answer.table,
            scores: answer.scores,
            latency: seconds
        )
        // Answered only after it is kept: what a client has seen can be explained later.
        try await serving.sink.record(batch)
        let total = (ContinuousClock.now - started).seconds
        live.traffic.answered(rows: answer.rowCount, seconds: total)
        serving.metrics.answered(
            live.name,
            version: target.version,
            rows: answer.rowCount,
            nonFinite: answer.nonFiniteCount,
            seconds: total,
            model: answer.seconds
        )
        return Reply(id: id, target: target, schema: variant.schema, answer: answer)
    }
}

extension ModelAnswer {
    /// How many numbers are NaN or infinite.
    var nonFiniteCount: Int {
        if case .json(let value) = form { return value.nonFiniteCount }
        return table.columns.reduce(0) { total, column in
            switch column.values {
            case .double(let values): total + values.count { !$0.isFinite }
            case .float(let values): total + values.count { !$0.isFinite }
            case .long, .integer, .boolean, .string, .datetime: total
            }
        }
    }
}

extension Serving {
    /// A deployment that can be asked, as it stands in memory.
    ///
    /// - Throws: `notFound` for a name that nobody deployed, `unavailable` for one that has just been.
    func live(_ name: String) async throws -> LiveDeployment {
        if let live = board.deployment(name) { return live }
        _ = try await deployment(name)
        board.wake()
        throw MartletError(.unavailable, "the deployment '\(name)' is starting", hint: "try again")
    }

    /// The headers that tell which version answered, under which id.
    func headers(_ reply: PredictionCall.Reply, _ response: inout WebResponse) {
        response.headers[.predictionID] = reply.id
        response.headers[.modelVersion] = String(reply.target.version)
        let bad = reply.answer.nonFiniteCount
        if bad > 0 { response.headers[.nonFinite] = String(bad) }
    }
}

extension HTTPField.Name {
    /// The request's prediction id; row `i` has this id and `-i`.
    static let predictionID = HTTPField.Name("Martlet-Prediction-Id") ?? .eTag
    /// The model's version that answered.
    static let modelVersion = HTTPField.Name("Martlet-Model-Version") ?? .eTag
    /// How many numbers of the answer were NaN or infinite, and are written as null.
    static let nonFinite = HTTPField.Name("Martlet-Non-Finite") ?? .eTag
}
