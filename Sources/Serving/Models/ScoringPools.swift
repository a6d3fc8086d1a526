import Basics
import Logging
import Workers

/// Workers that score for gates and batches: started when a version is first asked for, ended some seconds after the last.
final class ScoringPools: Sendable {
    private struct Entry: Sendable {
        let pool: ModelWorkerPool
        var users = 0
        var lastUse = ContinuousClock.now
    }

    /// Rows that go to a worker at once: enough to make the call's own cost small, few enough to stay in the cache.
    static let batch = 4096

    private let models: ModelStore
    private let zygote: ModelZygote
    private let host: TaskHost
    private let idle: Duration
    private let logger: Logger
    private let entries = Watched<[String: Entry]>([:])

    init(models: ModelStore, zygote: ModelZygote, host: TaskHost, idle: Duration, logger: Logger) {
        self.models = models
        self.zygote = zygote
        self.host = host
        self.idle = idle
        self.logger = logger
    }

    func score(model: String, version: Int, rows: ColumnTable) async throws -> (outputs: ColumnTable, scores: [Double])
    {
        try await withPool(model, version) { pool, schema in
            let inputs = try schema.table(fitting: rows)
            var outputs = ColumnTable()
            var scores: [Double] = []
            scores.reserveCapacity(inputs.rowCount)
            for start in stride(from: 0, to: inputs.rowCount, by: Self.batch) {
                let answer = try await pool.predict(inputs.slice(start..<min(start + Self.batch, inputs.rowCount)))
                if case .json = answer.form {
                    throw MartletError(
                        .invalidArgument,
                        "model:\(model)/\(version) answers nested values, which cannot be scored",
                        hint: "numbers or texts, one or more a row"
                    )
                }
                try outputs.append(answer.table)
                scores += answer.scores
            }
            return (outputs, scores)
        }
    }

    func latency(model: String, version: Int, rows: ColumnTable) async throws -> LatencyReport {
        try await withPool(model, version) { pool, schema in
            let inputs = try schema.table(fitting: rows)
            var seconds: [Double] = []
            for row in 0..<inputs.rowCount {
                let start = ContinuousClock.now
                _ = try await pool.predict(inputs.slice(row..<(row + 1)))
                seconds.append((ContinuousClock.now - start).seconds)
            }
            return LatencyReport(seconds: seconds)
        }
    }

    private func withPool<Result: Sendable>(
        _ model: String,
        _ version: Int,
        _ body: (ModelWorkerPool, InputSchema) async throws -> Result
    ) async throws -> Result {
        let address = "\(model)/\(version)"
        let folder = try await models.folder(model: model, version: version)
        let pool = try enter(address, folder: folder)
        defer {
            entries.withLock { entries in
                entries[address]?.users -= 1
                entries[address]?.lastUse = .now
            }
        }
        let description = try await pool.ready()
        return try await body(pool, InputSchema(description))
    }

    private func enter(_ address: String, folder: String) throws -> ModelWorkerPool {
        let fresh = ModelWorkerPool(
            name: "model:\(address)",
            folder: folder,
            zygote: zygote,
            options: ModelWorkerOptions(workers: 1, timeout: .seconds(120)),
            logger: logger
        )
        let pool = entries.withLock { entries in
            entries[address, default: Entry(pool: fresh)].users += 1
            return entries[address]?.pool ?? fresh
        }
        if pool === fresh, !host.start({ await self.keep(address, fresh) }) {
            entries.withLock { _ = $0.removeValue(forKey: address) }
            throw MartletError(.unavailable, "the server is stopping")
        }
        return pool
    }

    private func keep(_ address: String, _ pool: ModelWorkerPool) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            group.addTask { await self.waitUntilUnused(address) }
            await group.next()
            pool.stop()
            group.cancelAll()
            await group.waitForAll()
        }
        // Only its own entry: another pool may have taken the place by now.
        entries.withLock { if $0[address]?.pool === pool { $0.removeValue(forKey: address) } }
    }

    private func waitUntilUnused(_ address: String) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: min(idle, .seconds(1)))
            let idle = idle
            let isUnused = entries.withLock { entries in
                guard let entry = entries[address] else { return true }
                guard entry.users == 0, ContinuousClock.now - entry.lastUse > idle else { return false }
                // Removed at once, so that the next caller starts anew instead of meeting workers that end.
                entries.removeValue(forKey: address)
                return true
            }
            if isUnused { return }
        }
    }
}
