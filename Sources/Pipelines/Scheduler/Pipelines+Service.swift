import Basics
import Logging
public import ServiceLifecycle
import Storage
import Synchronization
import Workers

extension Pipelines: Service {
    /// Drives all runs that are not over, until the server shuts down. Steps that run then go on under their supervisors, and
    /// are found again by the next call.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.schedule() }
    }

    private func schedule() async throws {
        try await removeRemains()
        let active = ActiveRuns(limit: settings.runLimit)
        try await withThrowingDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let count = wake.count(Self.runsChanged)
                for id in await waitingRuns() {
                    guard active.insert(id) else { continue }
                    group.addTask {
                        await self.drive(id)
                        active.remove(id)
                        self.wake.ring(Self.runsChanged)
                    }
                }
                await wake.wait(Self.runsChanged, after: count, upTo: .seconds(30))
            }
        }
    }

    private func waitingRuns() async -> [String] {
        do {
            return try await database.read { tx in
                try tx.rows(
                    "SELECT id FROM pipeline_runs WHERE status IN ('queued', 'running', 'waiting') ORDER BY id LIMIT 1000"
                ).map { try $0.text("id") }
            }
        } catch is CancellationError {
            return []
        } catch {
            logger.error("the runs cannot be read; trying again", metadata: ["error": "\(error)"])
            return []
        }
    }

    private func drive(_ id: String) async {
        while !Task.isCancelled {
            do {
                try await RunDriver(pipelines: self, id: id).drive()
                wake.forget(id)
                return
            } catch is CancellationError {
                return
            } catch {
                // A full disk, for example: what was stored is still true, and the run goes on from there.
                logger.error(
                    "a pipeline run stands still; trying again",
                    metadata: ["pipeline_run": "\(id)", "error": "\(error)"]
                )
                try? await Task.sleep(for: .seconds(2))
            }
        }
    }

    /// Removes the folders of attempts that are over: a crash may have come between their end and their removal.
    private func removeRemains() async throws {
        let used = try await database.read { tx in
            try Set(
                tx.rows("SELECT folder FROM pipeline_attempts WHERE finished IS NULL").map { try $0.text("folder") }
            )
        }
        let folder = settings.folder
        try await blocking {
            try FileIO.makeFolder(folder)
            for name in FolderList.names(in: folder) where !used.contains("\(folder)/\(name)") {
                AttemptFolder("\(folder)/\(name)").remove()
            }
        }
    }
}

/// The runs that are driven right now, in this process.
private final class ActiveRuns: Sendable {
    private let limit: Int
    private let ids = Mutex<Set<String>>([])

    init(limit: Int) { self.limit = limit }

    func insert(_ id: String) -> Bool { ids.withLock { $0.count < limit && $0.insert(id).inserted } }

    func remove(_ id: String) { ids.withLock { _ = $0.remove(id) } }
}
