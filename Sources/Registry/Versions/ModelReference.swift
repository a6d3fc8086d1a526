import Basics
import Storage
import Tracking

/// What `models:/…` names, where it names a registered model.
enum ModelReference: Hashable {
    case version(name: String, Int64)
    case alias(name: String, String)
    case latest(name: String)
    case stage(name: String, ModelStage)

    /// Reads a URI; `nil` where it is of another scheme or names a logged model.
    ///
    /// - Throws: `invalidArgument` for one that names nothing.
    init?(uri: String) throws {
        guard uri.lowercased().hasPrefix("models:") else { return nil }
        let rest = uri.dropFirst("models:".count)
        guard rest.hasPrefix("/"), !rest.hasPrefix("//") else { throw Self.invalid(uri) }
        let text = rest.dropFirst()
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1, let at = text.lastIndex(of: "@") {
            let (name, alias) = (String(text[..<at]), String(text[text.index(after: at)...]))
            guard !name.isEmpty, !alias.isEmpty else { throw Self.invalid(uri) }
            self = .alias(name: name, alias)
            return
        }
        if parts.count == 1, text.hasPrefix("m-") { return nil }
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { throw Self.invalid(uri) }
        if let version = Int64(parts[1]) {
            self = .version(name: parts[0], version)
        } else if parts[1].lowercased() == "latest" {
            self = .latest(name: parts[0])
        } else if let stage = ModelStage(anyCase: parts[1]) {
            self = .stage(name: parts[0], stage)
        } else {
            throw Self.invalid(uri)
        }
    }

    /// The version that it names now.
    func version(_ tx: Transaction) throws -> ModelVersion {
        let missing: String
        switch self {
        case .version(let name, let version): return try VersionTable.get(tx, name, version)
        case .alias(let name, let alias):
            if let version = try AliasTable.version(tx, name, alias) { return try VersionTable.get(tx, name, version) }
            missing = "Registered model alias \(alias) not found for model '\(name)'"
        case .latest(let name):
            if let version = try VersionTable.all(tx, name).first { return version }
            missing = "Latest version not found for model \(name)."
        case .stage(let name, let stage):
            if let version = try VersionTable.latest(tx, name, stages: [stage]).first { return version }
            missing = "No versions of model with name '\(name)' and stage '\(stage.rawValue)' found"
        }
        throw MartletError(.notFound, missing)
    }

    private static func invalid(_ uri: String) -> MartletError {
        MartletError(
            .invalidArgument,
            "Not a proper models:/ URI: '\(uri.prefix(200))'",
            hint: "models:/NAME/VERSION, models:/NAME@ALIAS or models:/m-ID"
        )
    }
}

extension ModelStage {
    /// A stage by its name in any case.
    init?(anyCase name: String) {
        guard let stage = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
            return nil
        }
        self = stage
    }

    /// The stages that a request names.
    static func list(_ names: [String]) throws -> [ModelStage] {
        try names.map { name in
            guard let stage = ModelStage(anyCase: name) else {
                throw MartletError(
                    .invalidArgument,
                    "Invalid Model Version stage: \(name.prefix(100)). Value must be one of None, Staging, Production, Archived."
                )
            }
            return stage
        }
    }
}
