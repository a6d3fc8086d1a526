import Basics
import Ledger
import Storage
import Workers

extension StepAttempt {
    /// Takes over what the attempt left, and records how it ended: once, whatever crashes in between.
    func conclude(_ ticket: Ticket, _ finding: Supervisor.Finding, _ inputs: [RunContext.Input]) async throws
        -> RunMachine.Outcome
    {
        var verdict = try await judge(ticket, finding)
        let log = try await p.blobs.put(blocking { StepLog(ticket.folder).whole() })
        var outputs: [StepOutput] = []
        if verdict.outcome == .succeeded {
            do {
                outputs = try await takeOutputs(ticket)
            } catch let error as MartletError where error.code == .notFound || error.code == .tooLarge {
                verdict = Verdict(outcome: .failed(isFinal: false), error: error.message, exit: verdict.exit)
            }
        }
        if let error = verdict.error, verdict.exit?.reason == .exited {
            let words = Self.lastWords(try await p.blobs.bytes(log.digest))
            verdict.error = words.map { "\(error): \($0)" } ?? error
        }
        let ended = p.world.now()
        try await track(ticket, verdict, ended)
        let outcome = try await record(ticket, verdict, outputs, inputs, log, ended)
        try await blocking { ticket.folder.remove() }
        return outcome
    }

    struct Verdict: Sendable {
        var outcome: RunMachine.Outcome
        var error: String?
        var exit: SupervisedExit?
    }

    private func judge(_ ticket: Ticket, _ finding: Supervisor.Finding) async throws -> Verdict {
        let isCancelled = try await p.run(run.id).isCancelRequested
        switch finding {
        case .ended(let exit):
            if exit.isSuccess { return Verdict(outcome: .succeeded, exit: exit) }
            if isCancelled { return Verdict(outcome: .cancelled, error: "cancelled", exit: exit) }
            switch exit.reason {
            case .exited:
                // Status 2 of the runner: the function cannot be called as declared, and will not be the next time.
                let isUncallable: Bool = if case .function = step.action { exit.status == 2 } else { false }
                return Verdict(outcome: .failed(isFinal: isUncallable), error: exit.summary, exit: exit)
            case .timeout, .memory: return Verdict(outcome: .failed(isFinal: false), error: exit.summary, exit: exit)
            case .cannotStart: return Verdict(outcome: .failed(isFinal: true), error: exit.summary, exit: exit)
            case .revoked, .terminated: return Verdict(outcome: .lost, error: exit.summary, exit: exit)
            }
        case .lost, .neverStarted, .running:
            // What is left of it must not go on beside the next attempt.
            try await p.supervisor.revoke(ticket.folder, reason: "its supervisor was lost")
            if isCancelled { return Verdict(outcome: .cancelled, error: "cancelled") }
            let words = await p.supervisor.complaints(ticket.folder)
            let more = words.isEmpty ? "" : ": \(words.prefix(500))"
            return Verdict(outcome: .lost, error: "its supervisor ended without a word\(more)")
        }
    }

    private func takeOutputs(_ ticket: Ticket) async throws -> [StepOutput] {
        var outputs: [StepOutput] = []
        for name in step.outputs {
            let path = "\(ticket.folder.path)/outputs/\(name)"
            let isFile = FileIO.size(path) != nil
            let stored: (manifest: Blob, tree: FileTree)
            do {
                stored = try await p.blobs.putTree(path)
            } catch let error as MartletError where error.code == .notFound {
                throw MartletError(.notFound, "it ended well and did not write its output '\(name)'")
            }
            outputs.append(
                StepOutput(
                    name: name,
                    digest: stored.manifest.digest,
                    kind: isFile ? .file : .folder,
                    files: stored.tree.files
                )
            )
        }
        return outputs
    }

    private func track(_ ticket: Ticket, _ verdict: Verdict, _ ended: Timestamp) async throws {
        guard let tracked = ticket.mlflowRun else { return }
        if let exit = verdict.exit {
            let metrics = [
                "martlet.seconds": (exit.ended - exit.started).seconds, "martlet.cpu_seconds": exit.processorSeconds,
                "martlet.max_memory_mib": Double(exit.maximumResident) / 1_048_576,
            ]
            try await p.tracker.log(run: tracked, params: [:], metrics: metrics, at: ended)
        }
        let status: TrackedStatus =
            switch verdict.outcome {
            case .succeeded, .cached: .finished
            case .failed, .lost: .failed
            case .cancelled: .killed
            }
        try await p.tracker.finish(run: tracked, as: status, at: ended)
    }

    private func record(
        _ ticket: Ticket,
        _ verdict: Verdict,
        _ outputs: [StepOutput],
        _ inputs: [RunContext.Input],
        _ log: Blob,
        _ ended: Timestamp
    ) async throws -> RunMachine.Outcome {
        let stored = JSON.array(outputs.map(\.json))
        return try await p.database.write { tx in
            let current = try tx.row(
                "SELECT epoch, failures, losses FROM pipeline_steps WHERE run = $1 AND name = $2 AND phase = 'running'",
                run.id,
                step.name
            )
            // Another attempt has taken its place: nothing of this one counts.
            guard let current, try current.int("epoch") == ticket.epoch else { return .cancelled }
            let failures = try current.int("failures")
            let losses = try current.int("losses")
            let (phase, word): (RunMachine.Phase, String) =
                switch verdict.outcome {
                case .succeeded, .cached: (.succeeded, "succeeded")
                case .cancelled: (.cancelled, "cancelled")
                case .failed(let isFinal): (isFinal || failures >= step.retries ? .failed : .queued, "failed")
                case .lost: (losses + 1 >= RunMachine.lossLimit ? .failed : .queued, "lost")
                }
            let isFailure = word == "failed"
            try tx.execute(
                """
                UPDATE pipeline_steps SET phase = $1, finished = $2, error = $3, outputs = $4, origin = $5,
                    failures = failures + $6, losses = losses + $7
                WHERE run = $8 AND name = $9
                """,
                phase.rawValue,
                ended,
                verdict.error,
                phase == .succeeded ? stored : nil,
                phase == .succeeded ? address : nil,
                isFailure ? 1 : 0,
                word == "lost" ? 1 : 0,
                run.id,
                step.name
            )
            try tx.execute(
                """
                UPDATE pipeline_attempts SET finished = $1, outcome = $2, exit = $3, log = $4
                WHERE run = $5 AND step = $6 AND attempt = $7
                """,
                ended,
                word,
                verdict.exit?.json,
                log.digest,
                run.id,
                step.name,
                number
            )
            if phase == .succeeded {
                let entry = StepCache.Entry(
                    outputs: stored,
                    origin: address,
                    mlflowRun: ticket.mlflowRun,
                    modelVersion: nil
                )
                if step.cache { try StepCache.store(tx, ticket.key, entry, ended) }
            }
            try relate(tx, ticket, inputs, outputs)
            try p.ledger.append(
                tx,
                kind: "step.finished",
                subject: address,
                actor: "pipeline:\(run.id)",
                payload: [
                    "pipeline": .string(run.pipeline), "step": .string(step.name), "attempt": JSON(number),
                    "status": .string(word), "cached": false, "retry": .bool(phase == .queued),
                    "seconds": JSON(verdict.exit.map { ($0.ended - $0.started).seconds }),
                    "exit": JSON(verdict.exit?.status.map { Int64($0) }),
                    "signal": JSON(verdict.exit?.signal.map { Int64($0) }),
                    "reason": JSON(verdict.exit?.reason.rawValue), "error": JSON(verdict.error),
                ],
                eventTime: run.eventTime
            )
            return verdict.outcome
        }
    }

    private func relate(_ tx: Transaction, _ ticket: Ticket, _ inputs: [RunContext.Input], _ outputs: [StepOutput])
        throws
    {
        for input in inputs {
            try p.ledger.relate(
                tx,
                address,
                .used,
                input.address,
                attributes: ["input": .string(input.name), "digest": .string(input.digest)]
            )
        }
        try p.ledger.relate(
            tx,
            address,
            .wasInformedBy,
            run.address,
            attributes: .object(JSONObject(evidence(ticket, outputs)))
        )
    }

    private func evidence(_ ticket: Ticket, _ outputs: [StepOutput]) -> [(String, JSON)] {
        [
            ("code", JSON(run.code.digest)), ("tree", .string(context.tree.digest)), ("commit", JSON(run.code.commit)),
            ("dirty", .bool(run.code.isDirty)), ("branch", JSON(run.code.branch)),
            ("environment", .string(ticket.lock)),
            ("cache_key", .string(ticket.key)), ("mlflow_run_id", JSON(ticket.mlflowRun)), ("attempt", JSON(number)),
            ("params", .object(run.params(of: step))), ("outputs", .array(outputs.map(\.json))),
        ]
    }

    /// The last line of a log, which mostly says why: the runner's own where there is one.
    static func lastWords(_ log: [UInt8]) -> String? {
        let lines = String(decoding: log.suffix(16_384), as: UTF8.self).split(whereSeparator: \.isNewline)
        let line = lines.last { $0.hasPrefix("martlet: ") } ?? lines.last { !$0.allSatisfy(\.isWhitespace) }
        return line.map { String(($0.hasPrefix("martlet: ") ? $0.dropFirst(9) : $0).prefix(1000)) }
    }
}
