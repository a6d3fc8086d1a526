public import Basics
public import Logging
import NIOCore
import Storage

/// Worker processes that all hold the same model, and a bounded queue in front of them.
///
/// A worker that dies, hangs or answers nonsense is replaced. A request whose worker died before it answered is asked once
/// more, of another one: a prediction changes nothing, so it may be asked twice.
public final class ModelWorkerPool: Sendable {
    private struct State: Sendable {
        var idle: [ModelWorker] = []
        var live: [ModelWorker] = []
        var waiting = 0
        var description: ModelDescription?
        /// Why the model cannot be loaded; told to who waits for the pool to be ready.
        var failure: MartletError?
        var restarts = 0
        var isStopping = false
        var hasEnded = false
    }

    private let name: String
    private let folder: String
    private let zygote: ModelZygote
    private let options: ModelWorkerOptions
    private let logger: Logger
    private let state = Watched(State())

    /// Describes a pool; `run` starts it.
    ///
    /// - Parameters:
    ///   - name: The model and version, for messages.
    ///   - folder: The model's files.
    ///   - zygote: What forks the workers.
    ///   - options: How many, and their limits.
    ///   - logger: Where restarts are told.
    public init(name: String, folder: String, zygote: ModelZygote, options: ModelWorkerOptions, logger: Logger) {
        self.name = name
        self.folder = folder
        self.zygote = zygote
        self.options = options
        self.logger = logger
    }

    /// How many workers have loaded the model.
    public var liveCount: Int { state.withLock { $0.live.count } }
    /// How many requests wait for a worker.
    public var waitingCount: Int { state.withLock { $0.waiting } }
    /// How often a worker had to be replaced.
    public var restartCount: Int { state.withLock { $0.restarts } }
    /// What the model is, once a worker has loaded it.
    public var description: ModelDescription? { state.withLock { $0.description } }

    /// Keeps the workers running until `stop` is called or the task is cancelled, then ends them.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<options.workers { group.addTask { await self.keepWorker() } }
            group.addTask { await self.watchMemory() }
            group.addTask { _ = await self.state.wait(upTo: Self.forEver) { $0.isStopping ? true : nil } }
            await group.next()
            group.cancelAll()
        }
        state.withLock { $0.hasEnded = true }
    }

    /// Has `run` end the workers and return; requests that are under way fail.
    public func stop() { state.withLock { $0.isStopping = true } }

    private static let forEver = Duration.seconds(1_000_000_000)

    /// Waits until every worker has loaded and warmed the model.
    ///
    /// - Returns: What the model is.
    /// - Throws: Why it cannot be loaded.
    public func ready() async throws -> ModelDescription {
        let options = options
        let found = await state.wait(upTo: options.loadTimeout) { state -> Result<ModelDescription, MartletError>? in
            if let failure = state.failure { return .failure(failure) }
            if state.hasEnded { return .failure(MartletError(.cancelled, "the workers were stopped")) }
            guard state.live.count >= options.workers, let description = state.description else { return nil }
            return .success(description)
        }
        guard let found else {
            throw MartletError(.deadlineExceeded, "\(name) was not loaded within \(options.loadTimeout)")
        }
        return try found.get()
    }

    /// Asks the model about rows.
    ///
    /// - Parameters:
    ///   - table: The model's columns, checked against its signature.
    ///   - params: The model's own parameters.
    /// - Throws: `exhausted` when too many wait; `unavailable` when no worker could answer; `invalidArgument` for what the
    ///   model's environment refuses; `internalError` for what the model throws.
    public func predict(_ table: ColumnTable, params: JSON? = nil) async throws -> ModelAnswer {
        try await answer(to: ModelFrame(predict: table, params: params), rows: table.rowCount)
    }

    /// Asks the model with one of MLflow's JSON forms, which MLflow's own parser reads in the worker.
    ///
    /// - Parameters:
    ///   - form: An object with `dataframe_split`, `dataframe_records`, `instances` or `inputs`.
    ///   - params: The model's own parameters.
    public func predict(form: JSON, params: JSON? = nil) async throws -> ModelAnswer {
        var header: JSON = ["op": "predict_form"]
        if let params { header["params"] = params }
        let payload = ByteBuffer(bytes: form.bytes(nonFinite: .python))
        return try await answer(to: ModelFrame(header: header, payload: payload), rows: nil)
    }

    private func answer(to frame: ModelFrame, rows: Int?) async throws -> ModelAnswer {
        let deadline = ContinuousClock.now + options.timeout
        var isSecondTry = false
        while true {
            let worker = try await take(until: deadline)
            do {
                let reply = try await worker.ask(frame, upTo: max(.milliseconds(1), deadline - .now))
                let answer = try Self.read(reply, name: name)
                if let rows, answer.rowCount != rows {
                    release(worker)
                    throw MartletError(.internalError, "\(name) answered \(answer.rowCount) rows to \(rows)")
                }
                release(worker)
                return answer
            } catch ModelWorker.Failure.gone where !isSecondTry {
                isSecondTry = true
            } catch ModelWorker.Failure.gone {
                throw unavailable("died")
            } catch ModelWorker.Failure.hung {
                throw unavailable("did not answer within \(options.timeout)")
            } catch ModelWorker.Failure.rubbish(let what) {
                logger.error("a model worker answered nonsense", metadata: ["model": "\(name)", "what": "\(what)"])
                throw unavailable("answered what cannot be understood")
            } catch let error as MartletError {
                if error.code == .dataLoss {
                    worker.close()
                    logger.error(
                        "a model worker answered nonsense",
                        metadata: ["model": "\(name)", "error": "\(error)"]
                    )
                    throw unavailable("answered what cannot be understood")
                }
                release(worker)
                throw error
            }
        }
    }

    private func unavailable(_ what: String) -> MartletError {
        MartletError(.unavailable, "the worker of \(name) \(what) and was replaced", hint: "try again")
    }

    private static func read(_ reply: ModelFrame, name: String) throws -> ModelAnswer {
        if reply.header["ok"]?.bool == true { return try ModelAnswer(reply) }
        let problem = reply.header["error"]
        guard let message = problem?["message"]?.string else {
            throw MartletError(.dataLoss, "a model worker answered neither an answer nor an error")
        }
        if problem?["kind"]?.string == "client" { throw MartletError(.invalidArgument, message) }
        var error = MartletError(.internalError, "\(name) failed: \(message)")
        error.cause = problem?["traceback"]?.string
        throw error
    }

    private func take(until deadline: ContinuousClock.Instant) async throws -> ModelWorker {
        let options = options
        enum Next: Sendable { case worker(ModelWorker), wait, refuse }
        let next = state.withLock { state -> Next in
            if let worker = Self.idle(&state) { return .worker(worker) }
            guard state.waiting < options.maxQueue else { return .refuse }
            state.waiting += 1
            return .wait
        }
        switch next {
        case .worker(let worker): return worker
        case .refuse:
            throw MartletError(.exhausted, "\(options.maxQueue) requests wait for \(name) already", hint: "try again")
        case .wait: break
        }
        let worker = await state.wait(upTo: max(.zero, deadline - .now)) { state in
            if let worker = Self.idle(&state) { return Result<ModelWorker, MartletError>.success(worker) }
            return state.hasEnded ? .failure(MartletError(.unavailable, "the workers were stopped")) : nil
        }
        state.withLock { $0.waiting -= 1 }
        guard let worker else {
            throw MartletError(
                .unavailable,
                "no worker of \(name) was free within \(options.timeout)",
                hint: "try again"
            )
        }
        return try worker.get()
    }

    private static func idle(_ state: inout State) -> ModelWorker? {
        while let worker = state.idle.popLast() { if worker.isAlive { return worker } }
        return nil
    }

    private func release(_ worker: ModelWorker) {
        guard worker.isAlive else { return }
        state.withLock { $0.idle.append(worker) }
    }

    /// One worker after the other, for ever: each is loaded, offered, and replaced when it is gone.
    private func keepWorker() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let worker = try await zygote.worker(upTo: options.loadTimeout)
                do {
                    try await load(worker)
                    failures = 0
                    await worker.closed()
                } catch {
                    await worker.end()
                    throw error
                }
                let name = name
                state.withLock { state in
                    state.live.removeAll { $0 === worker }
                    state.idle.removeAll { $0 === worker }
                    state.restarts += 1
                }
                await worker.end()
                if !Task.isCancelled {
                    logger.warning("a model worker ended and is replaced", metadata: ["model": "\(name)"])
                }
            } catch {
                failures += 1
                let problem =
                    (error as? MartletError) ?? MartletError(.unavailable, "a worker of \(name) ended: \(error)")
                // What the model itself throws will not get better by itself; a worker that died may have had bad luck.
                let isFinal = !problem.isRetryable || failures >= 3
                state.withLock { if isFinal, $0.description == nil { $0.failure = problem } }
                if !Task.isCancelled {
                    logger.error("a model could not be loaded", metadata: ["model": "\(name)", "error": "\(problem)"])
                }
                try? await Task.sleep(for: .milliseconds(min(30_000, 50 << min(failures, 10))))
            }
        }
    }

    private func load(_ worker: ModelWorker) async throws {
        let params: JSON = [
            "path": .string(folder), "threads": JSON(options.threads), "response_limit": JSON(options.responseLimit),
        ]
        let reply = try await worker.ask(
            ModelFrame(header: ["op": "load", "params": params]),
            upTo: options.loadTimeout
        )
        guard reply.header["ok"]?.bool == true, let model = reply.header["model"] else {
            let message = reply.header["error"]?["message"]?.string ?? "no reason was given"
            var error = MartletError(.invalidArgument, "\(name) cannot be loaded: \(message)")
            error.cause = reply.header["error"]?["traceback"]?.string
            throw error
        }
        let description = try ModelDescription(model)
        state.withLock { state in
            state.description = description
            state.failure = nil
            state.live.append(worker)
            state.idle.append(worker)
        }
    }

    /// Replaces workers that have outgrown their memory.
    private func watchMemory() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            for worker in state.withLock({ $0.live }) {
                guard let bytes = Self.residentBytes(worker.pid), bytes > options.memory else { continue }
                logger.warning(
                    "a model worker has outgrown its memory and is replaced",
                    metadata: ["model": "\(name)", "bytes": "\(bytes)", "limit": "\(options.memory)"]
                )
                worker.close()
            }
        }
    }

    /// Memory that a process holds alone or shares, as the kernel counts it; `nil` where that cannot be known.
    private static func residentBytes(_ pid: Int) -> Int64? {
        // See: 'man 5 proc', statm: pages of 4 KiB; the second number is what is resident.
        guard let text = try? FileIO.read("/proc/\(pid)/statm", limit: 4096) else { return nil }
        let numbers = String(decoding: text, as: UTF8.self).split(separator: " ")
        return numbers.count > 1 ? Int64(numbers[1]).map { $0 * 4096 } : nil
    }
}
