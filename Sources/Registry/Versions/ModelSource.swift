import Basics
import Storage
import Tracking

/// Where a version's model is taken from, checked: only places in this server's own store.
struct ModelSource: Hashable {
    /// As the version keeps it.
    let text: String
    /// Where the files are.
    let location: String
    let runID: String?
    let modelID: String?

    /// What a prompt has in place of a source.
    private static let promptPlaceholders: Set<String> = ["dummy-source", "prompt-template"]

    /// Checks a source.
    ///
    /// - Parameters:
    ///   - runID: The run that the request names.
    ///   - modelID: The logged model that the request names.
    ///   - strict: Whether a run's or model's files may only be taken by naming that run or model, as MLflow asks of clients.
    init(_ tx: Transaction, _ new: NewVersion, tracking: Tracking, strict: Bool) throws {
        let source = new.source
        if new.tags.value("mlflow.prompt.is_prompt")?.lowercased() == "true" {
            guard Self.promptPlaceholders.contains(source) else {
                throw MartletError(
                    .invalidArgument,
                    "Invalid prompt source: '\(source.prefix(200))'. Prompt sources must use an MLflow placeholder."
                )
            }
            self.init(text: source, location: source, runID: new.runID, modelID: new.modelID)
            return
        }
        switch source.prefix(while: { $0 != ":" }).lowercased() {
        case "models":
            if let reference = try ModelReference(uri: source) {
                let known = try reference.version(tx)
                if new.runID.map({ $0 != known.runID ?? "" }) ?? false
                    || new.modelID.map({ $0 != known.modelID ?? "" }) ?? false
                {
                    throw MartletError(
                        .invalidArgument,
                        "Invalid model version source: '\(source)'. The run_id and model_id request parameters must match the referenced model version."
                    )
                }
                self.init(
                    text: "models:/\(known.name)/\(known.version)",
                    location: known.location,
                    runID: known.runID,
                    modelID: known.modelID
                )
                return
            }
            let id = String(source.dropFirst("models:/".count))
            if strict || new.modelID != nil, new.modelID != id { throw Self.invalid(source, "model_id") }
            let model = try tracking.loggedModel(tx, id)
            self.init(
                text: source,
                location: model.artifactLocation,
                runID: new.runID ?? (model.sourceRunID.isEmpty ? nil : model.sourceRunID),
                modelID: id
            )
        case "runs":
            let location = try tracking.resolve(tx, modelURI: source)
            let run = String(source.dropFirst("runs:/".count).prefix { $0 != "/" })
            if strict || new.runID != nil, new.runID != run { throw Self.invalid(source, "run_id") }
            self.init(text: source, location: location, runID: run, modelID: new.modelID)
        case "mlflow-artifacts":
            let place = try ArtifactLocation(uri: source)
            var owner: String? = nil
            if let model = new.modelID {
                owner = try? tracking.loggedModel(tx, model).artifactLocation
            } else if let run = new.runID {
                owner = try? tracking.artifactRoot(tx, run: run)
            }
            let within = try owner.map { place.path.isWithin(try ArtifactLocation(uri: $0).path) } ?? !strict
            guard within else { throw Self.invalid(source, new.modelID == nil ? "run_id" : "model_id") }
            let runOfModel = try new.modelID.map { try tracking.loggedModel(tx, $0).sourceRunID }
            self.init(
                text: source,
                location: place.uri,
                runID: new.runID ?? runOfModel.flatMap { $0.isEmpty ? nil : $0 },
                modelID: new.modelID
            )
        default:
            throw MartletError(
                .invalidArgument,
                "Invalid model version source: '\(source.prefix(200))'. A version's model must lie in this server's own store: use runs:/RUN/path, models:/m-ID, models:/NAME/VERSION or mlflow-artifacts:/path."
            )
        }
    }

    private init(text: String, location: String, runID: String?, modelID: String?) {
        self.text = text
        self.location = location
        self.runID = runID
        self.modelID = modelID
    }

    private static func invalid(_ source: String, _ parameter: String) -> MartletError {
        MartletError(
            .invalidArgument,
            "Invalid model version source: '\(source.prefix(200))'. The \(parameter) request parameter must identify the resource that contains the source."
        )
    }
}
