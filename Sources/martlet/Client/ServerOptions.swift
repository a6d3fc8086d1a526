import ArgumentParser
import Basics

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where the server is and who asks: every verb but `server` and `demo` takes these.
struct ServerOptions: ParsableArguments {
    @Option(help: "The server's address. [default: $MARTLET_URL, else http://127.0.0.1:7750]")
    var url: String?

    static let defaultURL = "http://127.0.0.1:7750"

    /// The address without a slash at its end.
    func address() throws -> String {
        var text = url ?? Self.variable("MARTLET_URL") ?? Self.defaultURL
        while text.hasSuffix("/") { text.removeLast() }
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), text.utf8.count <= 2048 else {
            throw MartletError(
                .invalidArgument,
                "the server's address is '\(text.prefix(200))'",
                hint: "a URL such as \(Self.defaultURL), by --url or MARTLET_URL"
            )
        }
        return text
    }

    /// The token that proves who asks; only from the environment, so that no process list shows it.
    var token: String? { Self.variable("MARTLET_TOKEN") }

    /// A variable of the environment; `nil` where it is absent or empty.
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// How a verb answers.
enum OutputForm: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text
    case json
}

/// The form of a verb's answer: text for people, JSON for scripts (docs/cli.md).
struct OutputOptions: ParsableArguments {
    @Option(help: "text, or json for scripts.")
    var output: OutputForm = .text

    var isJSON: Bool { output == .json }

    /// Says the answer in the form that was asked for.
    func say(_ document: JSON, _ text: () -> Void) {
        if isJSON { Terminal.say(document.prettyText()) } else { text() }
    }
}
