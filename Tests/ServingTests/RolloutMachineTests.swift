import Basics
import Testing

@testable import Serving

/// How a deployment gets from one version to the next, without a process or a clock.
struct RolloutMachineTests {
    typealias Target = Deployment.Target

    private func target(_ generation: Int64) -> Target {
        Target(generation: generation, model: "m", version: Int(generation), spec: DeploymentSpec())
    }

    @Test func `the old version serves until the new one is ready, and is drained then`() {
        var machine = RolloutMachine()
        #expect(machine.handle(.restored(wanted: target(1), served: nil, hasFailed: false)) == [.start(target(1))])
        #expect(machine.handle(.started(generation: 1)) == [.route(target(1))])
        #expect(machine.handle(.wanted(target(2))) == [.start(target(2))])
        #expect(machine.serving == target(1))
        #expect(machine.handle(.started(generation: 2)) == [.route(target(2)), .drain(generation: 1)])
        #expect(machine.serving == target(2))
    }

    @Test func `what is wanted already is not started twice`() {
        var machine = RolloutMachine()
        _ = machine.handle(.restored(wanted: target(1), served: nil, hasFailed: false))
        #expect(machine.handle(.wanted(target(1))).isEmpty)
        #expect(machine.handle(.restored(wanted: target(1), served: nil, hasFailed: false)).isEmpty)
    }

    @Test func `a version that cannot be started leaves the old one serving`() {
        var machine = RolloutMachine()
        _ = machine.handle(.restored(wanted: target(1), served: nil, hasFailed: false))
        _ = machine.handle(.started(generation: 1))
        _ = machine.handle(.wanted(target(2)))
        #expect(machine.handle(.failed(generation: 2, reason: "no")) == [.noteFailure(target(2), reason: "no")])
        #expect(machine.serving == target(1))
        #expect(machine.starting == nil)
    }

    @Test func `a newer wish overtakes one that is still starting`() {
        var machine = RolloutMachine()
        _ = machine.handle(.restored(wanted: target(1), served: nil, hasFailed: false))
        _ = machine.handle(.started(generation: 1))
        _ = machine.handle(.wanted(target(2)))
        #expect(machine.handle(.wanted(target(3))) == [.abandon(generation: 2), .start(target(3))])
        #expect(machine.handle(.started(generation: 2)) == [.abandon(generation: 2)])
        #expect(machine.handle(.failed(generation: 2, reason: "late")).isEmpty)
        #expect(machine.handle(.started(generation: 3)) == [.route(target(3)), .drain(generation: 1)])
    }

    @Test func `after a restart the wanted version is tried first, then what served before`() {
        var machine = RolloutMachine()
        #expect(
            machine.handle(.restored(wanted: target(2), served: target(1), hasFailed: false)) == [.start(target(2))]
        )
        #expect(
            machine.handle(.failed(generation: 2, reason: "no"))
                == [.noteFailure(target(2), reason: "no"), .start(target(1))]
        )
        #expect(machine.handle(.started(generation: 1)) == [.route(target(1))])
    }

    @Test func `after a restart a version that had failed is not tried again`() {
        var machine = RolloutMachine()
        #expect(machine.handle(.restored(wanted: target(2), served: target(1), hasFailed: true)) == [.start(target(1))])
    }

    @Test func `with nothing to serve, the wanted version is tried again after growing pauses`() {
        var machine = RolloutMachine()
        _ = machine.handle(.restored(wanted: target(1), served: nil, hasFailed: false))
        for tries in 1...3 {
            let actions = machine.handle(.failed(generation: 1, reason: "no"))
            #expect(actions == [.noteFailure(target(1), reason: "no"), .pause(generation: 1, tries: tries)])
            #expect(machine.handle(.pauseOver(generation: 1)) == [.start(target(1))])
        }
        _ = machine.handle(.failed(generation: 1, reason: "no"))
        _ = machine.handle(.wanted(target(2)))
        #expect(machine.handle(.pauseOver(generation: 1)).isEmpty)
    }

    /// Whatever happens in whatever order: at most one version serves, and what serves was started and never drained.
    @Test func `any order of events leaves exactly the last one that got ready serving`() {
        for seed in 0..<500 as Range<UInt64> {
            var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
            func next(_ limit: UInt64) -> UInt64 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return state % limit
            }
            var machine = RolloutMachine()
            var alive: Set<Int64> = []
            var routed: Int64?
            var wanted: Int64 = 1
            func perform(_ actions: [RolloutMachine.Action]) {
                for action in actions {
                    switch action {
                    case .start(let target): alive.insert(target.generation)
                    case .route(let target):
                        #expect(alive.contains(target.generation))
                        routed = target.generation
                    case .drain(let generation), .abandon(let generation):
                        #expect(routed != generation)
                        alive.remove(generation)
                    case .noteFailure(let target, _): alive.remove(target.generation)
                    case .pause: break
                    }
                }
            }
            perform(machine.handle(.restored(wanted: target(1), served: nil, hasFailed: false)))
            for _ in 0..<40 {
                switch next(4) {
                case 0:
                    wanted += 1
                    perform(machine.handle(.wanted(target(wanted))))
                case 1: perform(machine.handle(.failed(generation: Int64(next(UInt64(wanted))) + 1, reason: "x")))
                case 2: perform(machine.handle(.pauseOver(generation: Int64(next(UInt64(wanted))) + 1)))
                default: perform(machine.handle(.started(generation: Int64(next(UInt64(wanted))) + 1)))
                }
                #expect(machine.serving?.generation == routed)
                #expect(alive.count <= 2)
            }
        }
    }
}
