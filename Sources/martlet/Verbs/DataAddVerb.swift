import ArgumentParser
import Basics

/// `martlet data add`
struct DataAddVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a version made of files.",
        discussion: """
            All files together are one version. The exit status is 3 where a declared check fails: the version is kept and \
            waits for a person to accept or reject it.

            EXAMPLES:
              martlet data add flights flights-2013-04.parquet
              martlet data add flights 01.parquet 02.parquet 03.parquet --event-time 2013-04-01
              martlet data add flights all.csv --mode replace
            """
    )

    @Argument(help: "The dataset.")
    var dataset: String

    @Argument(help: "Parquet, CSV or JSON files.")
    var files: [String]

    @Option(help: "append to the newest accepted version, or replace it.")
    var mode: Mode = .append

    @Option(help: "parquet, csv or json. [default: what the file looks like]")
    var format: String?

    @Option(help: "When the newest row happened (ISO 8601). [default: the latest of the declared time column]")
    var eventTime: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    enum Mode: String, ExpressibleByArgument, CaseIterable { case append, replace }

    func run() async throws {
        let bar = ProgressBar()
        defer { bar.finish() }
        let version = try await Client.use(server) { client in
            try await DatasetUpload(dataset: dataset, mode: mode.rawValue, format: format, eventTime: eventTime)
                .send(files, client, bar)
        }
        bar.finish()
        let isWaiting = version["status"]?.string == "waiting"
        output.say(version) {
            Terminal.say(
                "\(Figure.plain(version["address"])): \(Figure.plain(version["status"])), \(Figure.count(version["rows"])) rows"
            )
            DataShowVerb.tellFailures(version)
            if isWaiting {
                Terminal.note(
                    "  hint: martlet data accept \(dataset) \(Figure.plain(version["version"])) --reason …, or reject"
                )
            }
        }
        if isWaiting { throw ExitCode(3) }
    }
}
