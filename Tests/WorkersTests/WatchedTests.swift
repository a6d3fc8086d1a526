import Testing

@testable import Workers

/// Waiting for a value to be as one needs it.
@Suite(.timeLimit(.minutes(1)))
struct WatchedTests {
    @Test func `who waits gets what comes, and nothing is handed out twice`() async {
        let pool = Watched<[Int]>([])
        let taken = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<100 { group.addTask { await pool.wait(upTo: .seconds(20)) { $0.popLast() } } }
            for number in 0..<100 {
                group.addTask {
                    pool.withLock { $0.append(number) }; return nil
                }
            }
            var taken: [Int] = []
            for await number in group { if let number { taken.append(number) } }
            return taken
        }
        #expect(taken.sorted() == Array(0..<100))
    }

    @Test func `a wait ends with its time, and takes nothing then`() async {
        let pool = Watched<[Int]>([])
        #expect(await pool.wait(upTo: .milliseconds(20)) { $0.popLast() } == nil)
        pool.withLock { $0.append(1) }
        #expect(await pool.wait(upTo: .zero) { $0.popLast() } == 1)
    }

    @Test func `a cancelled wait ends at once and leaves what comes to the others`() async {
        let pool = Watched<[Int]>([])
        let waiting = Task { await pool.wait(upTo: .seconds(60)) { $0.popLast() } }
        waiting.cancel()
        #expect(await waiting.value == nil)
        pool.withLock { $0.append(1) }
        #expect(pool.withLock { $0 } == [1])
    }

    private struct Line: Sendable {
        var free = 0
        var order: [String] = []
    }

    @Test func `the first to wait is the first to be served`() async {
        let pool = Watched(Line())
        await withTaskGroup(of: Void.self) { group in
            for (position, name) in ["a", "b", "c"].enumerated() {
                group.addTask {
                    _ = await pool.wait(upTo: .seconds(20)) { state -> Bool? in
                        guard state.free > 0 else { return nil }
                        state.free -= 1
                        state.order.append(name)
                        return true
                    }
                }
                while pool.waiterCount <= position { await Task.yield() }
            }
            pool.withLock { $0.free = 3 }
        }
        #expect(pool.withLock { $0.order } == ["a", "b", "c"])
    }
}
