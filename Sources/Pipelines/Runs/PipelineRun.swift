public import Basics
import Storage

/// Why a run was started.
public struct TriggerReason: Sendable, Hashable {
    /// In words: "manual", "dataset flights@5", "alert flights".
    public var text: String
    /// The trigger that did it, where one did.
    public var trigger: String?
    /// The event that it reacted to, where there is one.
    public var event: Int64?

    /// Makes a reason.
    public init(_ text: String, trigger: String? = nil, event: Int64? = nil) {
        self.text = text
        self.trigger = trigger
        self.event = event
    }

    /// Somebody asked for it.
    public static let manual = TriggerReason("manual")

    var json: JSON { ["text": .string(text), "trigger": JSON(trigger), "event": JSON(event)] }

    init(json: JSON) {
        self.init(json["text"]?.string ?? "", trigger: json["trigger"]?.string, event: json["event"]?.int)
    }
}

/// The state of the code that a pipeline was applied with.
public struct CodeState: Sendable, Hashable {
    /// The digest of the uploaded snapshot; `nil` for none.
    public var digest: String?
    /// The commit.
    public var commit: String?
    /// Whether there were changes that the commit does not hold.
    public var isDirty: Bool
    /// The branch.
    public var branch: String?

    /// Makes one.
    public init(digest: String? = nil, commit: String? = nil, isDirty: Bool = false, branch: String? = nil) {
        self.digest = digest
        self.commit = commit
        self.isDirty = isDirty
        self.branch = branch
    }
}

/// One run of a pipeline.
public struct PipelineRun: Sendable, Hashable {
    /// The states of a run.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// It will be begun.
        case queued
        /// Its steps run.
        case running
        /// A person has to decide about a dataset version first.
        case waiting
        /// All steps ended well.
        case succeeded
        /// A step failed.
        case failed
        /// Somebody cancelled it.
        case cancelled

        /// Whether it is over.
        public var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
    }

    /// Its id.
    public let id: String
    /// The project.
    public let project: String
    /// The pipeline.
    public let pipeline: String
    /// 1, 2, 3 … in its pipeline.
    public let number: Int
    /// Its state.
    public let status: Status
    /// Why it was started.
    public let reason: TriggerReason
    /// Who started it.
    public let actor: String
    /// The pipeline as it was when the run was started.
    public let spec: PipelineSpec
    /// The code that its steps run.
    public let code: CodeState
    /// Params given at the start: they stand over those of the steps.
    public let params: JSONObject
    /// The dataset versions that it uses.
    public let pins: [String: Int]
    /// The time that it stands for.
    public let eventTime: Timestamp?
    /// When it was asked for.
    public let created: Timestamp
    /// When it began.
    public let started: Timestamp?
    /// When it was over.
    public let finished: Timestamp?
    /// Its MLflow run.
    public let mlflowRun: String?
    /// What it waits for, or why it failed.
    public let error: String?
    /// Whether it shall end.
    public let isCancelRequested: Bool
    /// Its steps, in the pipeline's order.
    public let steps: [StepRun]

    /// Its address.
    public var address: String { "pipeline_run:\(id)" }

    init(_ row: Row, steps: [StepRun]) throws {
        id = try row.text("id")
        project = try row.text("project")
        pipeline = try row.text("pipeline")
        number = Int(try row.int("number"))
        guard let status = Status(rawValue: try row.text("status")) else {
            throw MartletError(.dataLoss, "a pipeline run has an unknown status")
        }
        self.status = status
        reason = TriggerReason(json: try row.json("reason"))
        actor = try row.text("actor")
        spec = try PipelineSpec(json: row.json("spec"))
        code = CodeState(
            digest: row.textOrNil("code"),
            commit: row.textOrNil("code_commit"),
            isDirty: try row.bool("dirty"),
            branch: row.textOrNil("branch")
        )
        params = try row.json("params").object ?? JSONObject()
        pins = Dictionary(
            (try row.json("pins").object ?? JSONObject()).compactMap { name, value in value.int.map { (name, Int($0)) }
            },
            uniquingKeysWith: { first, _ in first }
        )
        eventTime = row.timestampOrNil("event_time")
        created = try row.timestamp("created")
        started = row.timestampOrNil("started")
        finished = row.timestampOrNil("finished")
        mlflowRun = row.textOrNil("mlflow_run")
        error = row.textOrNil("error")
        isCancelRequested = try row.bool("cancel_requested")
        self.steps = steps
    }

    /// The run as the API shows it.
    public var json: JSON {
        let model = steps.first { $0.modelVersion != nil }
        return [
            "id": .string(id), "project": .string(project), "pipeline": .string(pipeline), "number": JSON(number),
            "status": .string(status.rawValue), "reason": .string(reason.text), "trigger": JSON(reason.trigger),
            "actor": .string(actor), "created": JSON(created), "started": JSON(started), "finished": JSON(finished),
            "event_time": JSON(eventTime), "error": JSON(error), "params": .object(params),
            "datasets": .object(JSONObject(pins.sorted { $0.key < $1.key }.map { ($0.key, JSON($0.value)) })),
            "code": .object(
                JSONObject([
                    ("digest", JSON(code.digest)), ("commit", JSON(code.commit)), ("dirty", .bool(code.isDirty)),
                    ("branch", JSON(code.branch)),
                ])
            ),
            "steps": .array(zip(spec.steps, steps).map { $1.json(after: $0.dependencies) }),
            "mlflow_run_id": JSON(mlflowRun),
            "model_version": model.map { ["name": JSON($0.model), "version": JSON($0.modelVersion)] } ?? .null,
        ]
    }
}

/// One step of a run.
public struct StepRun: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its state: pending, queued, running, succeeded, failed, skipped, cached or cancelled.
    public let status: String
    /// Which attempt is or was the last; 0 before the first.
    public let attempt: Int
    /// The epoch of that attempt: outputs of an older one are not taken.
    public let epoch: Int64
    /// When the last attempt began.
    public let started: Timestamp?
    /// When it was over.
    public let finished: Timestamp?
    /// Why it failed.
    public let error: String?
    /// The MLflow run of the attempt that made its outputs.
    public let mlflowRun: String?
    /// The attempt that made its outputs, as an address; for a cached step that of another run.
    public let origin: String?
    /// Its outputs, as stored.
    public let outputs: [JSON]
    /// The model that it registered.
    public let model: String?
    /// The version that it registered.
    public let modelVersion: Int?
    /// The lock of the environment that it ran in.
    public let environment: String?
    let failures: Int
    let losses: Int

    init(_ row: Row) throws {
        name = try row.text("name")
        status = try row.text("phase")
        attempt = Int(try row.int("attempt"))
        epoch = try row.int("epoch")
        started = row.timestampOrNil("started")
        finished = row.timestampOrNil("finished")
        error = row.textOrNil("error")
        mlflowRun = row.textOrNil("mlflow_run")
        origin = row.textOrNil("origin")
        outputs = try row.jsonOrNil("outputs")?.array ?? []
        model = row.textOrNil("model")
        modelVersion = row.intOrNil("model_version").map { Int($0) }
        environment = row.textOrNil("environment")
        failures = Int(try row.int("failures"))
        losses = Int(try row.int("losses"))
    }

    func json(after: [String]) -> JSON {
        let seconds = started.flatMap { start in finished.map { ($0 - start).seconds } }
        return [
            "name": .string(name), "after": JSON(after), "status": .string(status), "attempt": JSON(attempt),
            "started": JSON(started), "finished": JSON(finished), "seconds": JSON(seconds),
            "cached": .bool(status == "cached"), "error": JSON(error), "mlflow_run_id": JSON(mlflowRun),
            "origin": JSON(origin), "outputs": .array(outputs), "model": JSON(model),
            "model_version": JSON(modelVersion),
            "environment": JSON(environment),
        ]
    }
}
