/// A setting, declared once: the reference page, `--print-config`, `doctor` and the flags are made from it.
public struct Setting: Sendable, Hashable {
    /// What a value must be.
    public enum Kind: String, Sendable, Hashable {
        /// Any text.
        case text
        /// A file or folder.
        case path
        /// `host:port`.
        case address
        /// A whole number.
        case number
        /// `true` or `false`.
        case flag
        /// A size such as `4Gi`.
        case bytes
        /// Texts separated by commas.
        case list
    }

    /// The name in the configuration file; the environment variable is `MARTLET_` and this in capitals.
    public let key: String
    /// What a value must be.
    public let kind: Kind
    /// What holds where nobody says otherwise; `nil` for nothing.
    public let fallback: String?
    /// Whether the value must never be shown.
    public let isSecret: Bool
    /// What it does, in one sentence.
    public let summary: String

    init(_ key: String, _ kind: Kind, _ fallback: String?, secret: Bool = false, _ summary: String) {
        self.key = key
        self.kind = kind
        self.fallback = fallback
        isSecret = secret
        self.summary = summary
    }

    /// The environment variable.
    public var variable: String { "MARTLET_" + key.uppercased() }
    /// The command line's flag.
    public var flag: String { "--" + key.replacing("_", with: "-") }
}
