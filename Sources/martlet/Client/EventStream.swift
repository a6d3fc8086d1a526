import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1

/// One entry of the server's event log, as the API tells it.
struct ServerEvent: Sendable {
    let json: JSON

    var sequence: Int64 { json["sequence"]?.int ?? 0 }
    var kind: String { json["kind"]?.string ?? "" }
    var subject: String { json["subject"]?.string ?? "" }
    var payload: JSON { json["payload"] ?? .null }
    var time: String { json["time"]?.string ?? "" }
    var eventTime: String? { json["event_time"]?.string }
}

extension Client {
    /// Follows the event log behind a place, over lost connections, until `body` says that it is enough.
    ///
    /// - Parameters:
    ///   - place: The sequence of the last event that is known; `nil` begins with the next one.
    ///   - kinds: The kinds to hear of; all for none.
    ///   - body: Called with each event in order; `false` ends it.
    func follow(
        after place: Int64?,
        kinds: [String] = [],
        _ body: (ServerEvent) async throws -> Bool
    ) async throws {
        var place = place
        var failures = 0
        while true {
            do {
                let query = kinds.map { ("kind", $0) } + (place.map { [("after", String($0))] } ?? [])
                let response = try await send(
                    .GET,
                    "/api/v1/events/stream",
                    query: query,
                    headers: [("Accept", "text/event-stream")],
                    deadline: nil
                )
                var parser = EventStreamParser()
                for try await piece in response.body {
                    failures = 0
                    for data in try parser.take(piece) {
                        let event = ServerEvent(json: try JSON(parsing: data))
                        place = event.sequence
                        if try await !body(event) { return }
                    }
                }
            } catch let error as MartletError where error.code != .unavailable {
                throw error
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                try Task.checkCancellation()
                // A restart of the server takes a moment; what happened meanwhile is told then.
                failures += 1
                if failures > 20 { throw error }
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }
}

/// Divides an event stream into its messages (html.spec.whatwg.org/multipage/server-sent-events.html); only `data` matters
/// here, since it holds the rest.
struct EventStreamParser {
    /// The longest message: 16 MiB.
    static let limit = 16 << 20
    private var line: [UInt8] = []
    private var data: [UInt8] = []

    /// Takes a piece and gives the data of each message that it completes.
    mutating func take(_ piece: ByteBuffer) throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for byte in piece.readableBytesView {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                guard line.count + data.count <= Self.limit else {
                    throw MartletError(.tooLarge, "a message of the event stream is larger than \(Self.limit) bytes")
                }
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty {
                if !data.isEmpty { messages.append(data) }
                data = []
            } else if line.starts(with: "data:".utf8) {
                let value = line.dropFirst(5)
                data += value.first == 0x20 ? value.dropFirst() : value
            }
            line.removeAll(keepingCapacity: true)
        }
        return messages
    }
}
