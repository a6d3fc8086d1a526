import ArgumentParser
import Basics
import Logging
import Platform

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `martlet server`
struct ServerVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Start a server.",
        discussion: """
            Everything is kept in one folder. The first line on standard output is a JSON object that says where the server \
            answers, once it does; logs go to standard error. SIGTERM or Ctrl-C finishes what is under way and stops; \
            running pipeline steps go on, and the next start takes them up again.

            EXAMPLES:
              martlet server --data ./data
              martlet server --listen 127.0.0.1:0 | head -1
              MARTLET_TOKEN=secret martlet server --listen 0.0.0.0:7750 --hosts ml.example.org
            """
    )

    @Option(help: "Configuration file (YAML, one key a setting).")
    var config: String?

    @Option(help: "Where to answer HTTP, host:port; port 0 takes a free one. [default: 127.0.0.1:7750]")
    var listen: String?

    @Option(help: "The folder in which everything is kept. [default: martlet-data]")
    var data: String?

    @Option(help: "More names by which clients may call the server, separated by commas.")
    var hosts: String?

    @Option(help: "A Python interpreter with the project's packages.")
    var python: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical. [default: info]")
    var logLevel: String?

    @Flag(help: "Print every setting with its value and where that comes from, and exit.")
    var printConfig = false

    func run() async throws {
        var flags: [String: String] = [:]
        flags["listen"] = listen
        flags["data"] = data
        flags["hosts"] = hosts
        flags["python"] = python
        flags["log_level"] = logLevel
        let settings = try Configuration.load(file: config, flags: flags)
        if printConfig { return Terminal.say(settings.json.prettyText()) }
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let server = try await Server(settings: settings)
        try await server.run { address in
            let line: JSON = [
                "ready": true, "url": .string(address.url), "pid": JSON(Int(getpid())),
                "version": .string(Version.martlet),
            ]
            Terminal.say(line.text())
        }
    }
}
