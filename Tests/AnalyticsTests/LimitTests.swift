import Analytics
import Basics
import Foundation
import Testing

@Suite(.enabled("needs DuckDB", DuckDBEnvironment.isThere), .timeLimit(.minutes(2)))
struct LimitTests {
    let analytics = DuckDBEnvironment.shared
    /// Runs for hours.
    let endless = "SELECT count(*) FROM range(100000000000) a(i) WHERE i % 7 = 3"

    private func code(_ body: () async throws -> Void) async -> MartletErrorCode? {
        do { try await body() } catch { return (error as? MartletError)?.code }
        return nil
    }

    @Test func `a query over its time is stopped, and the connection goes on`() async throws {
        let found = await code { _ = try await analytics.query(endless, timeLimit: .milliseconds(200)) }
        #expect(found == .deadlineExceeded)
        #expect(try await analytics.query("SELECT 1 AS a")["a"]?.long(0) == 1)
    }

    @Test func `a cancelled query stops at once`() async throws {
        let analytics = analytics
        let endless = endless
        let task = Task { try await analytics.query(endless) }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        let found = await code { _ = try await task.value }
        #expect(found == .cancelled)
    }

    @Test func `a query cancelled before it begins does not begin`() async throws {
        let analytics = analytics
        let endless = endless
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await analytics.query(endless)
        }
        let found = await code { _ = try await task.value }
        #expect(found == .cancelled)
    }

    @Test func `more callers than may wait are refused, and who waits too long is told`() async throws {
        var settings = DuckDBEnvironment.settings
        settings.connections = 1
        settings.waiting = 1
        let small = Analytics(settings)
        let endless = endless
        let busy = Task { try await small.query(endless) }
        try await Task.sleep(for: .milliseconds(300))
        let waiting = Task { try await small.query("SELECT 1", timeLimit: .milliseconds(400)) }
        try await Task.sleep(for: .milliseconds(100))
        #expect(await code { _ = try await small.query("SELECT 1") } == .exhausted)
        #expect(await code { _ = try await waiting.value } == .deadlineExceeded)
        busy.cancel()
        #expect(await code { _ = try await busy.value } == .cancelled)
        #expect(try await small.query("SELECT 2 AS a")["a"]?.long(0) == 2)
    }

    @Test func `memory over the limit is an error and not the end of the process`() async throws {
        var settings = DuckDBEnvironment.settings
        settings.memoryLimit = 64
        let small = Analytics(settings)
        let found = await code {
            _ = try await small.query(
                "SELECT list(i || 'a long enough text to fill the memory') FROM range(5000000) r(i)"
            )
        }
        #expect(found == .exhausted)
    }

    @Test func `with a folder to spill to, more than the memory is sorted`() async throws {
        let (scratch, spill) = (try Scratch(), try Scratch())
        var settings = DuckDBEnvironment.settings
        settings.memoryLimit = 64
        settings.threads = 1
        settings.temporaryFolder = spill.path
        settings.folders = [scratch.path]
        let small = Analytics(settings)
        let path = "\(scratch.path)/sorted.parquet"
        let rows = try await small.copy(
            "SELECT hash(i)::VARCHAR || ' a text of some length' AS t FROM range(2000000) r(i) ORDER BY t",
            toParquet: path
        )
        #expect(rows == 2_000_000)
    }

    @Test func `more rows than allowed are refused`() async throws {
        #expect(await code { _ = try await analytics.query("SELECT * FROM range(11)", maximum: 10) } == .tooLarge)
        #expect(try await analytics.query("SELECT * FROM range(10)", maximum: 10).rowCount == 10)
    }

    @Test(arguments: [
        "SET threads = 1", "SET enable_external_access = true", "INSTALL httpfs", "LOAD httpfs",
        "SELECT * FROM read_csv('https://example.org/x.csv')", "RESET memory_limit",
    ])
    func `no statement changes a setting or loads from outside`(_ sql: String) async throws {
        #expect(await code { _ = try await analytics.query(sql) } != nil)
    }

    @Test func `where folders are given, no other file is reached`() async throws {
        let scratch = try Scratch()
        let inside = try scratch.file("a.csv", "x\n1\n")
        let other = try Scratch()
        let outside = try other.file("b.csv", "x\n1\n")
        var settings = DuckDBEnvironment.settings
        settings.folders = [scratch.path]
        let closed = Analytics(settings)
        #expect(try await closed.query("SELECT * FROM \(DataScan([inside], format: .csv).sql)").rowCount == 1)
        let found = await code { _ = try await closed.query("SELECT * FROM \(DataScan([outside], format: .csv).sql)") }
        #expect(found == .permissionDenied)
        let climbing = await code {
            let path = "\(scratch.path)/../\(other.path.split(separator: "/").last ?? "")/b.csv"
            _ = try await closed.query("SELECT * FROM \(DataScan([path], format: .csv).sql)")
        }
        #expect(climbing == .permissionDenied)
    }
}
