import ArgumentParser
import Basics
import Platform
import Workers

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The command line: one file a verb under `Verbs/`.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Run the whole life of a machine learning model: track, train, gate, serve, watch, retrain.",
        discussion: """
            EXAMPLES:
              martlet server                      start a server on http://127.0.0.1:7750
              martlet demo --months 3             see the whole loop on real data
              martlet apply                       make the server hold ./martlet.yaml
            """,
        version: Version.martlet,
        subcommands: [
            ServerVerb.self, DemoVerb.self, PlanVerb.self, ApplyVerb.self, StatusVerb.self, RunVerb.self, LogsVerb.self,
            PromoteVerb.self, RollbackVerb.self, PredictVerb.self, WhyVerb.self, DataVerb.self, EventsVerb.self,
            DoctorVerb.self,
        ]
    )

    static func main() async {
        // A supervisor of a step: before anything else, so that it stays small and no thread runs yet.
        if CommandLine.arguments.dropFirst().first == "supervise" {
            leave(Supervise.main(Array(CommandLine.arguments.dropFirst(2))))
        }
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch let error as MartletError {
            Terminal.fail(error)
        } catch {
            exit(withError: error)
        }
    }
}

/// Ends the program; inside a command `exit` means that of the argument parser.
private func leave(_ status: Int32) -> Never { exit(status) }
