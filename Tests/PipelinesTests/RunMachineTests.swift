import Testing

@testable import Pipelines

/// The scheduler's rules, without processes, time or disk.
@Suite struct RunMachineTests {
    private func machine(_ steps: [(String, [String], Int)]) -> RunMachine {
        RunMachine(steps: steps.map { RunMachine.Step(name: $0.0, needs: $0.1, retries: $0.2) })
    }

    private func phases(_ machine: RunMachine) -> [RunMachine.Phase] { machine.steps.map(\.phase) }

    @Test func `steps without needs start together, the others when what they need has ended well`() {
        var machine = machine([("a", [], 0), ("b", [], 0), ("c", ["a", "b"], 0)])
        #expect(machine.handle(.begin) == [.run("a", attempt: 1), .run("b", attempt: 1)])
        #expect(machine.handle(.finished("a", .succeeded)) == [])
        #expect(machine.handle(.finished("b", .cached)) == [.run("c", attempt: 1)])
        #expect(machine.handle(.finished("c", .succeeded)) == [.finish(.succeeded)])
        #expect(machine.isFinished)
    }

    @Test func `a failed step takes those behind it along, and leaves the others alone`() {
        var machine = machine([("a", [], 0), ("b", ["a"], 0), ("c", ["b"], 0), ("d", [], 0)])
        _ = machine.handle(.begin)
        #expect(
            machine.handle(.finished("a", .failed(isFinal: false))) == [.drop("b", .skipped), .drop("c", .skipped)]
        )
        #expect(machine.handle(.finished("d", .succeeded)) == [.finish(.failed)])
        #expect(phases(machine) == [.failed, .skipped, .skipped, .succeeded])
    }

    @Test func `a step is tried again as often as it may, with a pause before each try`() {
        var machine = machine([("a", [], 2)])
        _ = machine.handle(.begin)
        #expect(machine.handle(.finished("a", .failed(isFinal: false))) == [.pause("a", failures: 1)])
        #expect(machine.handle(.retryDue("a")) == [.run("a", attempt: 2)])
        #expect(machine.handle(.finished("a", .failed(isFinal: false))) == [.pause("a", failures: 2)])
        #expect(machine.handle(.retryDue("a")) == [.run("a", attempt: 3)])
        #expect(machine.handle(.finished("a", .failed(isFinal: false))) == [.finish(.failed)])
    }

    @Test func `a failure that trying again cannot mend is final at once`() {
        var machine = machine([("a", [], 5)])
        _ = machine.handle(.begin)
        #expect(machine.handle(.finished("a", .failed(isFinal: true))) == [.finish(.failed)])
    }

    @Test func `a lost attempt is made again at once, but not for ever`() {
        var machine = machine([("a", [], 0)])
        _ = machine.handle(.begin)
        #expect(machine.handle(.finished("a", .lost)) == [.run("a", attempt: 2)])
        #expect(machine.handle(.finished("a", .lost)) == [.run("a", attempt: 3)])
        #expect(machine.handle(.finished("a", .lost)) == [.finish(.failed)])
    }

    @Test func `a cancel ends what runs, drops what does not, and waits for the rest`() {
        var machine = RunMachine(steps: [
            RunMachine.Step(name: "a", needs: [], retries: 3, phase: .running, attempt: 1),
            RunMachine.Step(name: "b", needs: ["a"], retries: 0),
            RunMachine.Step(name: "c", needs: [], retries: 0, phase: .succeeded, attempt: 1),
        ])
        _ = machine.handle(.begin)
        #expect(machine.handle(.cancel) == [.revoke("a"), .drop("b", .cancelled)])
        #expect(machine.handle(.cancel) == [])
        #expect(machine.handle(.finished("a", .failed(isFinal: false))) == [.finish(.cancelled)])
        #expect(phases(machine) == [.cancelled, .cancelled, .succeeded])
    }

    @Test func `after a restart what ran is resumed and what had ended stays`() {
        var machine = RunMachine(steps: [
            RunMachine.Step(name: "a", needs: [], retries: 0, phase: .succeeded, attempt: 1),
            RunMachine.Step(name: "b", needs: ["a"], retries: 0, phase: .running, attempt: 2),
            RunMachine.Step(name: "c", needs: [], retries: 1, phase: .queued, attempt: 1, failures: 1),
            RunMachine.Step(name: "d", needs: ["a"], retries: 0),
        ])
        #expect(machine.handle(.begin) == [.resume("b", attempt: 2), .run("c", attempt: 2), .run("d", attempt: 1)])
    }

    @Test func `a run that was over in all its steps ends when it is taken up`() {
        var machine = RunMachine(steps: [
            RunMachine.Step(name: "a", needs: [], retries: 0, phase: .succeeded, attempt: 1)
        ])
        #expect(machine.handle(.begin) == [.finish(.succeeded)])
    }

    @Test func `what comes late changes nothing`() {
        var machine = machine([("a", [], 0)])
        _ = machine.handle(.begin)
        _ = machine.handle(.finished("a", .succeeded))
        #expect(machine.handle(.finished("a", .failed(isFinal: false))) == [])
        #expect(machine.handle(.retryDue("a")) == [])
        #expect(machine.handle(.cancel) == [])
    }
}
