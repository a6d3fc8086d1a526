import ArgumentParser
import Basics

/// `martlet doctor`
struct DoctorVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check what Martlet needs of this machine, and say what to do.",
        discussion: """
            Needed are a folder that can be written, with some space, and a Python interpreter or uv. DuckDB is needed as soon \
            as there are datasets. A server that does not answer is told, and is no failure: it may not have been started. The \
            exit status is 1 when something that is needed is missing.

            EXAMPLES:
              martlet doctor
              martlet doctor --python .venv/bin/python --data /var/lib/martlet
              martlet doctor --output json
            """
    )

    @Option(help: "Configuration file of the server.")
    var config: String?

    @Option(help: "The server's data folder.")
    var data: String?

    @Option(help: "The Python interpreter of the projects.")
    var python: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var flags: [String: String] = [:]
        flags["data"] = data
        flags["python"] = python
        let settings = try Configuration.load(file: config, flags: flags)
        let findings = await Doctor(settings: settings, server: server).examine()
        let isWell = !findings.contains { $0.grade == .missing }
        let document: JSON = ["ok": .bool(isWell), "checks": .array(findings.map(\.json))]
        output.say(document) {
            for finding in findings {
                Terminal.say("\(finding.mark) \(finding.what): \(finding.found)")
                if let advice = finding.advice { Terminal.say("    do: \(advice)") }
            }
            Terminal.say()
            Terminal.say(isWell ? "All that is needed is there." : "Something that is needed is missing.")
        }
        if !isWell { throw ExitCode(1) }
    }
}
