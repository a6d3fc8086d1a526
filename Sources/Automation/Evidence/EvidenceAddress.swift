import Basics

/// What evidence can be asked for.
enum EvidenceAddress: Sendable, Hashable {
    case prediction(String)
    case deployment(String)
    case modelVersion(String, Int)
    case promotion(String)
    case pipelineRun(String)
    case run(String)

    /// Reads an address such as `model:flights/3`; a bare id is a prediction's.
    ///
    /// - Throws: `invalidArgument` with the forms that there are.
    init(_ text: String) throws {
        let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2 else {
            guard !text.isEmpty else { throw Self.wrong(text) }
            self = .prediction(text)
            return
        }
        let name = String(sides[1])
        guard !name.isEmpty else { throw Self.wrong(text) }
        switch sides[0] {
        case "prediction": self = .prediction(name)
        case "deployment": self = .deployment(name)
        case "promotion": self = .promotion(name)
        case "pipeline_run": self = .pipelineRun(name)
        case "run": self = .run(name)
        case "model":
            guard let slash = name.lastIndex(of: "/"), let version = Int(name[name.index(after: slash)...]) else {
                throw Self.wrong(text)
            }
            self = .modelVersion(String(name[..<slash]), version)
        default: throw Self.wrong(text)
        }
    }

    private static func wrong(_ text: String) -> MartletError {
        MartletError(
            .invalidArgument,
            "'\(text.prefix(80))' is not an address that evidence is kept for",
            hint: "prediction:ID, model:NAME/VERSION, deployment:NAME, promotion:ID, pipeline_run:ID or run:ID"
        )
    }

    /// The address as text.
    var text: String {
        switch self {
        case .prediction(let id): "prediction:\(id)"
        case .deployment(let name): "deployment:\(name)"
        case .modelVersion(let name, let version): "model:\(name)/\(version)"
        case .promotion(let id): "promotion:\(id)"
        case .pipelineRun(let id): "pipeline_run:\(id)"
        case .run(let id): "run:\(id)"
        }
    }
}
