public import Basics

/// What a worker tells of the model that it has loaded.
public struct ModelDescription: Sendable, Hashable {
    /// A column of the model's signature.
    public struct Column: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its type.
        public let type: ColumnType
        /// Whether a request must have it, without nulls.
        public let isRequired: Bool

        /// Makes a column.
        public init(name: String, type: ColumnType, isRequired: Bool) {
            self.name = name
            self.type = type
            self.isRequired = isRequired
        }
    }

    /// The columns that it takes; `nil` for a model without a signature, or one of tensors or nested values, whose
    /// requests MLflow's own parser reads.
    public let columns: [Column]?
    /// The whole signature, as MLflow writes it: `inputs`, `outputs`, `params`.
    public let signature: JSON
    /// What loads it, such as `mlflow.sklearn`.
    public let loader: String
    /// What it answered when it was warmed: form, names, types and shapes.
    public let answer: JSON
    /// What was odd when it was warmed.
    public let warning: String?

    /// Makes a description.
    public init(columns: [Column]?, signature: JSON, loader: String, answer: JSON = .null, warning: String? = nil) {
        self.columns = columns
        self.signature = signature
        self.loader = loader
        self.answer = answer
        self.warning = warning
    }

    init(_ json: JSON) throws {
        columns = try json["columns"]?.array?.map { column in
            guard let name = column["name"]?.string, let type = column["type"]?.string.flatMap(ColumnType.init),
                let isRequired = column["required"]?.bool
            else { throw MartletError(.dataLoss, "a model worker described a column as \(column.text().prefix(200))") }
            return Column(name: name, type: type, isRequired: isRequired)
        }
        signature = json["signature"] ?? [:]
        loader = json["loader"]?.string ?? "unknown"
        answer = json["answer"] ?? .null
        warning = json["warning"]?.string
    }
}
