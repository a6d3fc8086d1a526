import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1
import NIOPosix
import Storage

/// Lives one month: each hour's flights are asked about, then what landed is told.
///
/// Hours go in blocks. All requests of a block are under way at once, as far as the server has room; the actuals of a block
/// are sent when all its requests are answered, together with the requests of the next block. So an actual never comes
/// before the prediction that it belongs to.
struct DemoReplay: Sendable {
    /// How many hours are under way at once.
    static let block = 8
    /// The largest month: 256 MiB.
    static let limit = 256 << 20

    let client: Client
    let month: DemoYear.Replay
    let progress: DemoLedger
    let bar: ProgressBar
    /// Hours of all months that will be lived, and of those before this one.
    let total: Int
    let before: Int

    /// One hour of the world.
    private struct Hour: Sendable {
        let time: String
        let flights: Int64
        let request: [UInt8]?
        let actuals: [JSON]
    }

    func run() async throws {
        let lines = try await NIOThreadPool.singleton.runIfActive { [month] in
            try FileIO.read(month.file, limit: Self.limit).split(separator: UInt8(ascii: "\n"))
        }
        let stored = progress.value
        var at = stored.month == month.name ? min(stored.hours, lines.count) : 0
        bar.note(at == 0 ? "live \(month.name): \(lines.count) hours" : "go on with \(month.name) at hour \(at)")
        let start = (time: ContinuousClock.now, predictions: stored.predictions)
        var actuals: [JSON] = []
        while at < lines.count {
            let hours = try lines[at..<min(at + Self.block, lines.count)].map(Self.parse)
            let earlier = actuals
            async let told: Void = tell(earlier)
            try await ask(hours)
            try await told
            actuals = hours.flatMap(\.actuals)
            at += hours.count
            try await progress.reached(month.name, hours: at - hours.count)
            show(at, hours.last?.time ?? "", start.time, start.predictions)
        }
        try await tell(actuals)
        try await progress.reached(month.name, hours: lines.count, storing: true)
        let seconds = (ContinuousClock.now - start.time).seconds
        let made = progress.value.predictions - start.predictions
        bar.note(
            "\(month.name) lived: \(Figure.count(made)) predictions in \(Figure.seconds(seconds)), \(Figure.count(progress.value.failed)) requests failed"
        )
    }

    private static func parse(_ line: ArraySlice<UInt8>) throws -> Hour {
        let json = try JSON(parsing: line)
        let request = json["request"].flatMap { $0.isNull ? nil : $0.bytes() }
        return Hour(
            time: json["hour"]?.string ?? "",
            flights: json["flights"]?.int ?? 0,
            request: request,
            actuals: json["actuals"]?.array ?? []
        )
    }

    private func ask(_ hours: [Hour]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for hour in hours {
                guard let request = hour.request else { continue }
                group.addTask { try await ask(request, rows: hour.flights) }
            }
            try await group.waitForAll()
        }
    }

    private func ask(_ request: [UInt8], rows: Int64) async throws {
        do {
            let answer = try await client.bytes(
                .POST,
                "/serving/\(Demo.deployment)/invocations",
                headers: [("Content-Type", "application/json")],
                body: .bytes(ByteBuffer(bytes: request))
            )
            progress.answered(rows: rows, id: answer.headers.first(name: "Martlet-Prediction-Id"))
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // Counted, not hidden and not tried again: the summary says how many, and it must be none.
            progress.failed(error)
        }
    }

    private func tell(_ actuals: [JSON]) async throws {
        guard !actuals.isEmpty else { return }
        let body: JSON = ["deployment": .string(Demo.deployment), "items": .array(actuals)]
        _ = try await client.post("/api/v1/actuals", body)
        progress.took(actuals: Int64(actuals.count))
    }

    private func show(_ at: Int, _ time: String, _ start: ContinuousClock.Instant, _ predictions: Int64) {
        let seconds = max(0.001, (ContinuousClock.now - start).seconds)
        let rate = Double(progress.value.predictions - predictions) / seconds
        bar.update(
            Double(before + at) / Double(total),
            "\(Figure.minute(time))  \(Figure.count(Int64(rate))) predictions/s"
        )
    }
}
