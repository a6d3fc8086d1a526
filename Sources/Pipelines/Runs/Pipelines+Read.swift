import Basics
import Storage
import Workers

extension Pipelines {
    /// A run with its steps.
    ///
    /// - Throws: `notFound` for an unknown id.
    public func run(_ id: String) async throws -> PipelineRun {
        try await database.read { tx in try RunTable.run(tx, id) }
    }

    /// Runs, newest first.
    ///
    /// - Parameters:
    ///   - project: Only this project's.
    ///   - pipeline: Only this pipeline's.
    ///   - isActive: Only those that are not over, or only those that are.
    ///   - before: Only those older than this id.
    ///   - limit: How many at most.
    public func runs(
        project: String? = nil,
        pipeline: String? = nil,
        isActive: Bool? = nil,
        before: String? = nil,
        limit: Int = 50
    ) async throws -> [PipelineRun] {
        let filter = RunTable.Filter(
            project: project,
            pipeline: pipeline,
            isActive: isActive,
            before: before,
            limit: limit
        )
        return try await database.read { tx in try RunTable.runs(tx, filter) }
    }

    /// An output of a run.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - reference: `prepare.holdout`, or `steps.prepare.holdout`.
    /// - Throws: `notFound` where the step has not ended well or has no such output.
    public func output(of id: String, _ reference: String) async throws -> StepOutput {
        let parts = reference.split(separator: ".").map(String.init)
        guard parts.count >= 2 else {
            throw MartletError(.invalidArgument, "'\(reference.prefix(60))' names no output", hint: "STEP.OUTPUT")
        }
        return try await output(of: run(id), step: parts[parts.count - 2], name: parts[parts.count - 1])
    }

    func output(of run: PipelineRun, step: String, name: String) async throws -> StepOutput {
        guard let step = run.steps.first(where: { $0.name == step }) else {
            throw MartletError(
                .notFound,
                "the run has no step '\(step)'",
                hint: Suggestion.hint(for: step, among: run.steps.map(\.name))
            )
        }
        guard let stored = step.outputs.first(where: { $0["name"]?.string == name }),
            let digest = stored["digest"]?.string, let kind = stored["kind"]?.string.flatMap(StepOutput.Kind.init)
        else {
            let names = step.outputs.compactMap { $0["name"]?.string }
            throw MartletError(
                .notFound,
                "the step '\(step.name)' has no output '\(name)'",
                hint: names.isEmpty ? "it is \(step.status)" : Suggestion.hint(for: name, among: names)
            )
        }
        return StepOutput(name: name, digest: digest, kind: kind, files: try await blobs.tree(digest).files)
    }

    /// A part of a step's log.
    public struct LogPart: Sendable, Hashable {
        /// The bytes.
        public let bytes: [UInt8]
        /// Where to go on.
        public let next: Int64
        /// Whether there will be no more.
        public let isComplete: Bool
    }

    /// The log of a step's attempt from a place on.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - step: The step.
    ///   - attempt: Which attempt; the last if `nil`.
    ///   - offset: The place.
    /// - Throws: `notFound` for an unknown run or step.
    public func log(of id: String, step: String, attempt: Int? = nil, from offset: Int64 = 0) async throws -> LogPart {
        let (state, row) = try await database.read { tx -> (StepRun, Row?) in
            let run = try RunTable.run(tx, id)
            guard let state = run.steps.first(where: { $0.name == step }) else {
                throw MartletError(
                    .notFound,
                    "the run has no step '\(step.prefix(60))'",
                    hint: Suggestion.hint(for: step, among: run.steps.map(\.name))
                )
            }
            return (state, try RunTable.attempt(tx, id, step, attempt ?? state.attempt))
        }
        guard let row else {
            let isOver = RunMachine.Phase(rawValue: state.status)?.isFinal ?? true
            let text = offset == 0 && isOver ? state.error.map { "martlet: \($0)\n" } ?? "" : ""
            return LogPart(bytes: Array(text.utf8), next: offset + Int64(text.utf8.count), isComplete: isOver)
        }
        if let digest = row.textOrNil("log") {
            let bytes = try await blobs.bytes(digest, limit: 256 << 20)
            let kept = Int64(bytes.count)
            let total = max(kept, try row.jsonOrNil("exit")?["log_bytes"]?.int ?? 0)
            // Places count all that was written. Behind what was left out they are counted from the end.
            let left = max(0, total - max(0, offset))
            let from = total > kept && left < kept / 2 ? kept - left : min(max(0, offset), kept)
            return LogPart(bytes: Array(bytes[Int(from)...]), next: total, isComplete: true)
        }
        let folder = AttemptFolder(try row.text("folder"))
        let part = StepLog(folder).read(from: offset)
        return LogPart(bytes: part.bytes, next: part.next, isComplete: row.intOrNil("finished") != nil)
    }
}
