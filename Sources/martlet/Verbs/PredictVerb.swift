import ArgumentParser
import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1
import NIOPosix
import Storage

/// `martlet predict DEPLOYMENT`
struct PredictVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Ask a deployment for predictions.",
        discussion: """
            The input is JSON in one of MLflow's four forms (dataframe_split, dataframe_records, instances, inputs), or CSV \
            with a line of headings. Each answer has an id; `martlet why ID` tells what it rests on.

            EXAMPLES:
              martlet predict flights --input rows.csv
              echo '{"dataframe_records": [{"hour": 8, "distance": 1400}]}' | martlet predict flights --input -
              martlet predict flights --input rows.json --output json
            """
    )

    @Argument(help: "The deployment.")
    var deployment: String

    @Option(name: .shortAndLong, help: "A JSON or CSV file, or - for standard input.")
    var input: String

    @Option(help: "The caller's own name of these rows, for actuals that come later.")
    var correlationID: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    /// The largest input: 64 MiB.
    static let limit = 64 << 20

    func run() async throws {
        let path = input == "-" ? "/dev/stdin" : input
        let bytes = try await NIOThreadPool.singleton.runIfActive { try FileIO.read(path, limit: Self.limit) }
        let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        guard let first else {
            throw MartletError(.invalidArgument, "\(input == "-" ? "standard input" : input) is empty")
        }
        let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        var headers = [("Content-Type", isJSON ? "application/json" : "text/csv")]
        if let correlationID { headers.append(("X-Correlation-Id", correlationID)) }
        let answer = try await Client.use(server) { client in
            try await client.bytes(
                .POST,
                "/serving/\(QueryString.escape(deployment))/invocations",
                headers: headers,
                body: .bytes(ByteBuffer(bytes: bytes))
            )
        }
        let document = try JSON(parsing: answer.body.readableBytesView)
        let predictions = document["predictions"]?.array ?? []
        let id = answer.headers.first(name: "Martlet-Prediction-Id")
        let items = predictions.enumerated().map { index, value -> JSON in
            ["prediction_id": JSON(id.map { "\($0)-\(index)" }), "prediction": value]
        }
        output.say(["deployment": .string(deployment), "items": .array(items)]) {
            for item in items {
                Terminal.say("\(Figure.plain(item["prediction_id"]))  \(item["prediction"]?.text() ?? "–")")
            }
        }
    }
}
