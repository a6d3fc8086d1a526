public import Basics
public import Storage

/// What a register step asks the registry for.
public struct RegisterRequest: Sendable, Hashable {
    /// The registered model's name.
    public let model: String
    /// Where the model's files are: `models:/m-…`, `runs:/ID/path`, or an artifact location.
    public let source: String
    /// The MLflow run of the step that made the model.
    public let runID: String?
    /// The project.
    public let project: String
    /// The pipeline.
    public let pipeline: String
    /// The pipeline run's id.
    public let pipelineRun: String
    /// The step that made the model, as an address.
    public let step: String
    /// The time that the run stands for.
    public let eventTime: Timestamp?
    /// Who, as events name it: `pipeline:ID`.
    public let actor: String
}

/// Makes a model version inside the transaction that ends the register step: exactly one, whatever crashes when.
public typealias RegisterModel = @Sendable (Transaction, RegisterRequest) throws -> Int
