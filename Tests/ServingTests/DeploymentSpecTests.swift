import Basics
import Declarations
import Testing

@testable import Serving

/// `models.NAME.deploy` of a project file.
struct DeploymentSpecTests {
    private func decode(_ yaml: String) throws -> (spec: DeploymentSpec?, problems: [String]) {
        let diagnostics = Diagnostics()
        let spec = DeploymentSpec.decode(try SpecParser.parse(yaml, file: "martlet.yaml"), diagnostics)
        return (spec, diagnostics.all.map(\.description))
    }

    @Test func `every key may be missing`() throws {
        let (spec, problems) = try decode(
            "{runtime: python, workers: 2, key: flight, time: scheduled, timeout: 5s, memory: 1Gi}"
        )
        #expect(problems.isEmpty)
        #expect(
            spec
                == DeploymentSpec(
                    runtime: .python,
                    workers: 2,
                    key: "flight",
                    time: "scheduled",
                    timeout: .seconds(5),
                    memory: 1 << 30
                )
        )
        #expect(try decode("{}").spec == DeploymentSpec())
    }

    @Test func `all mistakes are told with their place`() throws {
        let (_, problems) = try decode("{runtime: pyton, workers: 0, wokers: 2, timeout: soon}")
        #expect(problems.count == 4)
        #expect(
            problems.contains { $0.contains("'wokers' is not a known key") && $0.contains("did you mean 'workers'?") }
        )
        #expect(
            problems.contains { $0.contains("runtime: 'pyton' is not known") && $0.contains("did you mean 'python'?") }
        )
    }

    @Test func `what is stored is what was declared`() throws {
        let spec = DeploymentSpec(workers: 3, key: "k", timeout: .milliseconds(1500), maxQueue: 0, threads: 2)
        #expect(try DeploymentSpec(json: spec.json) == spec)
    }

    @Test func `a latency's hundredth is the smallest that ninety-nine of a hundred keep`() {
        let report = LatencyReport(seconds: (1...100).map { Double($0) / 1000 })
        #expect(report.p50Milliseconds == 50)
        #expect(report.p99Milliseconds == 99)
        #expect(LatencyReport(seconds: []).p99Milliseconds == 0)
    }
}
