public import Basics
import Yams

/// What a model takes and gives, as its `MLmodel` file declares it.
public struct ModelSignature: Sendable, Hashable {
    /// A column, or a tensor where `shape` is there.
    public struct Column: Sendable, Hashable {
        /// Its name; `nil` for a tensor or column without one.
        public let name: String?
        /// MLflow's type: `double`, `long`, `integer`, `float`, `boolean`, `string`, `binary`, `datetime`; for tensors NumPy's.
        public let type: String
        /// Whether it must be given.
        public let required: Bool
        /// The tensor's shape, −1 for any length; `nil` for a column.
        public let shape: [Int]?
    }

    /// What it takes.
    public let inputs: [Column]
    /// What it gives.
    public let outputs: [Column]
    /// Its parameters with their defaults, as declared.
    public let params: JSON

    /// An `MLmodel` file is small: larger ones are refused.
    static let fileLimit = 4 << 20

    /// Reads an `MLmodel` file.
    ///
    /// - Returns: `nil` where it declares no signature.
    /// - Throws: `dataLoss` where it cannot be read.
    public init?(mlmodel text: String) throws {
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            throw MartletError(.dataLoss, "the MLmodel file is not YAML", cause: error)
        }
        guard let signature = root?["signature"], signature.mapping != nil else { return nil }
        inputs = try Self.columns(signature, "inputs")
        outputs = try Self.columns(signature, "outputs")
        params = try Self.json(signature, "params") ?? .null
    }

    private static func json(_ signature: Node, _ key: String) throws -> JSON? {
        guard let text = signature[key]?.scalar?.string, text != "null", text != "~", !text.isEmpty else { return nil }
        return try JSON(parsing: text)
    }

    private static func columns(_ signature: Node, _ key: String) throws -> [Column] {
        guard let list = try json(signature, key)?.array else { return [] }
        return list.map { field in
            let tensor = field["tensor-spec"]
            return Column(
                name: field["name"]?.string,
                type: tensor?["dtype"]?.string ?? field["type"]?.string ?? "string",
                required: field["required"]?.bool ?? !(field["optional"]?.bool ?? false),
                shape: tensor?["shape"]?.array.map { $0.map { Int($0.int ?? -1) } }
            )
        }
    }
}
