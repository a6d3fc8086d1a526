import Basics
import Storage
import Web

/// A whole history as it goes over the wire, in bounded memory: page by page, each read when the one before is sent.
struct HistoryBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    private static let page = 4096

    let history: MetricHistory
    let database: Database

    /// Fails before a byte is sent where the run is not there.
    init(_ history: MetricHistory, _ database: Database) async throws {
        self.history = history
        self.database = database
        _ = try await database.read { tx in try RunTable.get(tx, history.run) }
    }

    func makeAsyncIterator() -> Iterator { Iterator(history: history, database: database) }

    struct Iterator: AsyncIteratorProtocol {
        private enum State {
            case start
            case behind(token: String)
            case end
        }

        let history: MetricHistory
        let database: Database
        private var state = State.start

        init(history: MetricHistory, database: Database) {
            self.history = history
            self.database = database
        }

        mutating func next() async throws -> ByteBuffer? {
            let token: String?
            switch state {
            case .end: return nil
            case .start: token = nil
            case .behind(let last): token = last
            }
            let (metrics, next) = try await database.read { [history] tx in
                try history.points(tx, limit: HistoryBody.page, token: token)
            }
            var writer = JSONWriter(capacity: metrics.count * 80 + 32)
            if token == nil { writer.raw(metrics.isEmpty ? "{" : "{\"metrics\":[") }
            for (index, metric) in metrics.enumerated() {
                if index > 0 || token != nil { writer.raw(",") }
                writer.write(metric)
            }
            if let next {
                state = .behind(token: next)
            } else {
                writer.raw(token == nil && metrics.isEmpty ? "}" : "]}")
                state = .end
            }
            return ByteBuffer(bytes: writer.bytes)
        }
    }
}

extension JSONWriter {
    /// Writes a point as the protocol has it, without building a value first.
    mutating func write(_ metric: MetricPoint) {
        raw("{\"key\":")
        write(metric.key)
        raw(",\"value\":")
        write(metric.value)
        raw(",\"timestamp\":")
        write(metric.timestamp.milliseconds)
        raw(",\"step\":")
        write(metric.step)
        raw("}")
    }
}
