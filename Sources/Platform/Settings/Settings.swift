public import Basics
import Declarations

/// The configuration of a server: every setting, its value, and who gave it.
///
/// A configuration file is read first, the environment wins over it, and flags win over both.
public struct Settings: Sendable {
    /// Who gave a value.
    public enum Source: Sendable, Hashable {
        /// Nobody: it is the default.
        case fallback
        /// The configuration file.
        case file(String)
        /// An environment variable.
        case environment(String)
        /// A flag of the command line.
        case flag(String)

        /// In words.
        public var text: String {
            switch self {
            case .fallback: "default"
            case .file(let path): path
            case .environment(let name), .flag(let name): name
            }
        }
    }

    /// All settings there are.
    public static let all: [Setting] = [
        Setting("listen", .address, "127.0.0.1:7750", "Where to answer HTTP; port 0 takes a free one."),
        Setting("data", .path, "martlet-data", "The folder of database, blobs, environments and logs."),
        Setting("hosts", .list, "", "More names by which clients may call the server, beside the loopback ones."),
        Setting(
            "token",
            .text,
            nil,
            secret: true,
            "The administrator's token; needed to listen on anything but loopback."
        ),
        Setting(
            "python",
            .path,
            nil,
            "A Python interpreter with the project's packages; without it each project gets its environment by uv."
        ),
        Setting(
            "duckdb",
            .path,
            nil,
            "A DuckDB library (libduckdb.so); without it the one in the Python environment is taken."
        ),
        Setting("upload_limit", .bytes, "8Gi", "The largest file that may be uploaded."),
        Setting(
            "steps",
            .number,
            "0",
            "How many pipeline steps may run at once; 0 for as many as there are processors."
        ),
        Setting("private_webhooks", .flag, "false", "Whether webhooks may go to private and loopback addresses."),
        Setting("log_level", .text, "info", "What is logged: trace, debug, info, notice, warning, error or critical."),
    ]

    /// A shorter token could be found by trying.
    private static let shortestSecret = 16

    private var values: [String: (value: String, source: Source)] = [:]

    /// Gathers the configuration.
    ///
    /// - Parameters:
    ///   - file: A configuration file (YAML, one key a setting), or `nil`.
    ///   - environment: The process's environment.
    ///   - flags: Values given on the command line, by key.
    /// - Throws: `invalidArgument` for an unknown key or a value that does not fit, naming where it stands.
    public init(
        file: (path: String, text: String)? = nil,
        environment: [String: String] = [:],
        flags: [String: String] = [:]
    ) throws {
        if let file {
            let diagnostics = Diagnostics()
            let fields = try SpecParser.parse(file.text, file: file.path).fields(Self.all.map(\.key), diagnostics)
            for setting in Self.all {
                let text =
                    setting.kind == .list
                    ? fields?.texts(setting.key).joined(separator: ",") : fields?.text(setting.key)
                if let text, fields?.has(setting.key) == true { values[setting.key] = (text, .file(file.path)) }
            }
            try diagnostics.throwIfAny()
        }
        for setting in Self.all {
            if let value = environment[setting.variable] {
                values[setting.key] = (value, .environment(setting.variable))
            }
            if let value = flags[setting.key] { values[setting.key] = (value, .flag(setting.flag)) }
        }
        for setting in Self.all { try check(setting) }
    }

    /// A setting's value; `nil` where there is none.
    public subscript(key: String) -> String? {
        if let value = values[key]?.value, !value.isEmpty { return value }
        return Self.all.first { $0.key == key }?.fallback.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Who gave a setting's value.
    public func source(_ key: String) -> Source { values[key]?.source ?? .fallback }

    /// A setting that is always there, by its default.
    func text(_ key: String) -> String { self[key] ?? "" }
    func number(_ key: String) -> Int { self[key].flatMap { Int($0) } ?? 0 }
    func flag(_ key: String) -> Bool { self[key] == "true" }
    func bytes(_ key: String) -> Int64 { self[key].flatMap(ByteCount.parse) ?? 0 }
    func list(_ key: String) -> [String] { (self[key] ?? "").split(separator: ",").map { String($0).trimmed } }

    /// The address to listen on.
    public var listen: (host: String, port: Int) {
        let text = text("listen")
        guard let colon = text.lastIndex(of: ":") else { return (text, 7750) }
        return (String(text[..<colon]), Int(text[text.index(after: colon)...]) ?? 7750)
    }

    /// Whether only this machine can reach the server.
    public var isLoopback: Bool {
        let host = listen.host
        return host == "localhost" || host == "[::1]" || host == "::1"
            || (host.hasPrefix("127.") && host.split(separator: ".").count == 4)
    }

    /// All settings with value, source and meaning; secrets hidden.
    public var json: JSON {
        .object(
            JSONObject(
                Self.all.map { setting in
                    let shown: JSON =
                        setting.isSecret && self[setting.key] != nil ? "(hidden)" : JSON(self[setting.key])
                    return (
                        setting.key,
                        [
                            "value": shown, "from": .string(source(setting.key).text),
                            "summary": .string(setting.summary),
                        ]
                    )
                }
            )
        )
    }

    private func check(_ setting: Setting) throws {
        guard let value = self[setting.key] else { return }
        let right: String?
        switch setting.kind {
        case .text where setting.key == "log_level":
            let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
            right = levels.contains(value) ? nil : levels.joined(separator: ", ")
        case .text where setting.isSecret && value.utf8.count < Self.shortestSecret:
            right =
                "at least \(Self.shortestSecret) characters that nobody can guess, such as `openssl rand -hex 32` makes"
        case .text, .path, .list: right = nil
        case .number: right = Int(value).map { $0 >= 0 } == true ? nil : "a whole number from 0"
        case .flag: right = ["true", "false"].contains(value) ? nil : "true or false"
        case .bytes: right = ByteCount.parse(value) != nil ? nil : "a size such as 512Mi or 8Gi"
        case .address:
            let port = value.split(separator: ":").last.flatMap { Int($0) }
            right =
                value.contains(":") && port.map { (0...65_535).contains($0) } == true
                ? nil : "host:port, such as 127.0.0.1:7750"
        }
        if let right {
            throw MartletError(
                .invalidArgument,
                "the setting '\(setting.key)' is \(setting.isSecret ? "too short" : "'\(value.prefix(100))'") (from \(source(setting.key).text))",
                hint: right
            )
        }
    }
}

extension String {
    /// The text without spaces at both ends.
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
