import Basics
import Tracking

/// The rules for names in the registry, with the messages of MLflow (`mlflow/utils/validation.py`).
enum RegistryNames {
    private static let nameLimit = 256
    private static let aliasLimit = 255
    private static let tagLimit = 100_000

    static func check(model name: String) throws {
        guard !name.isEmpty else {
            throw MartletError(.invalidArgument, "Missing value for required parameter 'name'.")
        }
        guard !name.contains("/"), !name.contains(":") else {
            throw MartletError(
                .invalidArgument,
                "Invalid model name '\(name.prefix(200))'. Names cannot contain '/' or ':'."
            )
        }
        guard Names.normalized(name) == name, name != ".", !name.hasPrefix("..") else {
            throw ProtocolError.invalid(
                "name",
                .string(name),
                "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '\(Names.normalized(name))'"
            )
        }
        guard !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw ProtocolError.invalid("name", .string(name), "it holds a control character")
        }
        try Names.checkLength(name, "name", nameLimit)
    }

    static func check(tag: KeyValue) throws {
        try Names.check(key: tag.key, path: "key")
        try Names.checkLength(tag.value, "value", tagLimit)
    }

    static func check(alias: String) throws {
        guard !alias.isEmpty else {
            throw MartletError(.invalidArgument, "Registered model alias name cannot be empty.")
        }
        guard alias.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }) else {
            throw MartletError(
                .invalidArgument,
                "Invalid alias name: '\(alias.prefix(300))'. Names may only contain alphanumerics, underscores (_), and dashes (-)."
            )
        }
        try Names.checkLength(alias, "Registered model alias name", aliasLimit)
        guard alias.lowercased() != "latest" else {
            throw MartletError(.invalidArgument, "'latest' alias name (case insensitive) is reserved.")
        }
        guard !(alias.first?.lowercased() == "v" && alias.count > 1 && alias.dropFirst().allSatisfy(\.isWholeNumber))
        else {
            throw MartletError(.invalidArgument, "Version alias name '\(alias)' is reserved.")
        }
    }
}
