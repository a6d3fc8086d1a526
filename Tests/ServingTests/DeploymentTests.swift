import Basics
import Ledger
import MartletTesting
import Testing
import Web
import Workers

@testable import Serving

/// Deployments with real Python workers, from the route to the record.
///
/// One after the other: each brings a Python that imports MLflow, and two at once only take longer.
@Suite(
    .serialized,
    .enabled("needs MARTLET_PYTHON, an interpreter with mlflow", { ServingBench.hasPython }),
    .timeLimit(.minutes(5))
)
struct DeploymentTests {
    private let path = "/serving/tricky/invocations"

    private func records(_ values: Double...) -> String {
        "{\"dataframe_records\": [" + values.map { "{\"x\": \($0)}" }.joined(separator: ", ") + "]}"
    }

    @Test func `a deployed model answers in every protocol, and each answer is recorded before it is sent`()
        async throws
    {
        let bench = try await ServingBench()
        try await bench.run {
            try await bench.deploy("tricky", "tricky", 1, spec: DeploymentSpec(key: "id", time: "at"))
            let body =
                #"{"dataframe_split": {"columns": ["x", "id", "at"], "data": [[1.5, "k1", "2013-01-01T05:00:00Z"], [2, 7, null]]}, "params": {"scale": 2}}"#
            let answer = try await bench.call(.post, path, body)
            #expect(answer.status == 200)
            #expect(answer.json == ["predictions": [30.0, 40.0]])
            #expect(answer.headers[.modelVersion] == "1")
            let batch = try #require(bench.memory.all.first)
            #expect(answer.headers[.predictionID] == batch.id)
            #expect(batch.predictionID(1) == "\(batch.id)-1")
            #expect(batch.keys == ["k1", "7"])
            #expect(batch.eventTimes.first == Timestamp(iso8601: "2013-01-01T05:00:00Z"))
            #expect(batch.eventTimes.last == batch.time)
            #expect(batch.inputs["x"]?.doubles == [1.5, 2])
            #expect(batch.scores == [30, 40])
            #expect(batch.outputs.names == ["prediction"])

            let csv = try await bench.call(
                .post,
                path,
                "x,note\n0.1,\n",
                headers: [.contentType: "text/csv; charset=utf-8", .init("X-Correlation-Id") ?? .eTag: "c-9"]
            )
            #expect(csv.json == ["predictions": [1.0]])
            #expect(bench.memory.all.last?.keys == ["c-9"])

            let tensors = try await bench.call(
                .post,
                "/v2/models/tricky/versions/1/infer",
                #"{"id": "r", "inputs": [{"name": "x", "shape": [2, 1], "datatype": "FP64", "data": [0.1, 3]}]}"#
            )
            #expect(tensors.status == 200)
            #expect(tensors.json["id"] == "r")
            #expect(tensors.json["model_version"] == "1")
            #expect(tensors.json["outputs"]?[0]?["data"] == [1.0, 30.0])
            #expect(tensors.json["outputs"]?[0]?["shape"] == [2])

            let metadata = try await bench.call(.get, "/v2/models/tricky").json
            #expect(metadata["inputs"]?[0]?["datatype"] == "FP64")
            #expect(metadata["outputs"] == [["name": "output-1", "datatype": "FP64", "shape": [-1]]])
            #expect(try await bench.call(.get, "/v2/models/tricky/ready").json["ready"] == true)
            #expect(try await bench.call(.get, "/v2/health/ready").status == 200)
            #expect(try await bench.call(.get, "/serving/tricky/ping").status == 200)
            #expect(try await bench.call(.get, "/serving/tricky/version").json["version"] == 1)

            let shown = try await bench.call(.get, "/api/v1/deployments/tricky").json
            #expect(shown["status"] == "ready")
            #expect(shown["traffic"]?["requests"] == 3)
            #expect(shown["traffic"]?["predictions"] == 5)
            #expect(shown["traffic"]?["failed"] == 0)
            #expect(shown["variants"]?[0]?["workers"] == 1)
            #expect(
                shown["history"]?.array?.compactMap { $0["kind"]?.string } == [
                    "deployment.ready", "deployment.switched",
                ]
            )
        }
    }

    @Test func `mistakes are told in the protocol's envelope, and nothing is recorded`() async throws {
        let bench = try await ServingBench()
        try await bench.run {
            try await bench.deploy("tricky", "tricky", 1)
            let wrong = try await bench.call(.post, path, #"{"dataframe_records": [{"y": 1}]}"#)
            #expect(wrong.status == 400)
            #expect(wrong.json["error_code"] == "INVALID_PARAMETER_VALUE")
            #expect(wrong.json["message"]?.string?.contains("column 'x' is missing (double)") == true)
            #expect(wrong.json["message"]?.string?.contains("column 'y' is not an input of the model") == true)
            let params = try await bench.call(
                .post,
                path,
                #"{"dataframe_records": [{"x": 1}], "params": {"scale": "much"}}"#
            )
            #expect(params.status == 400)
            let type = try await bench.call(.post, path, "x", headers: [.contentType: "application/xml<script>"])
            #expect(type.status == 400)
            #expect(type.json["message"]?.string?.contains("script") == false)
            let version = try await bench.call(
                .post,
                "/v2/models/tricky/versions/9/infer",
                #"{"inputs": [{"name": "x"}]}"#
            )
            #expect(version.status == 404)
            #expect(version.json["error"] == "the deployment 'tricky' does not serve version 9 (it serves version 1)")
            let unknown = try await bench.call(.post, "/serving/triky/invocations", "{}")
            #expect(unknown.status == 404)
            #expect(unknown.json["message"]?.string?.contains("did you mean 'tricky'?") == true)
            #expect(bench.memory.all.isEmpty)
            let missing = try await bench.call(.post, "/api/v1/deployments/other", #"{"model": "none", "version": 4}"#)
            #expect(missing.status == 404)
            #expect(missing.json["detail"] == "there is no version 4 of model 'none'")
            let name = try await bench.call(.post, "/api/v1/deployments/..", #"{"model": "tricky", "version": 1}"#)
            #expect(name.status == 400)
        }
    }

    @Test func `a crash, a hang, an exception, a wrong answer: each is answered, and the next request succeeds`()
        async throws
    {
        let bench = try await ServingBench()
        try await bench.run {
            try await bench.deploy("tricky", "tricky", 1, spec: DeploymentSpec(workers: 1, timeout: .seconds(2)))
            let crash = try await bench.call(.post, path, records(666))
            #expect(crash.status == 503)
            #expect(crash.headers[.retryAfter] == "1")
            #expect(crash.json["message"]?.string?.contains("the worker of model:tricky/1 died") == true)
            #expect(try await bench.call(.post, path, records(1)).status == 200)

            let hang = try await bench.call(.post, path, records(777))
            #expect(hang.status == 503)
            #expect(hang.json["message"]?.string?.contains("did not answer within") == true)
            #expect(try await bench.call(.post, path, records(1)).status == 200)

            let exception = try await bench.call(.post, path, records(555))
            #expect(exception.status == 500)
            #expect(exception.json["message"]?.string?.contains("ValueError: this model does not like 555") == true)
            #expect(exception.json.text().contains("Traceback") == false)
            let odd = try await bench.call(.post, path, records(333))
            #expect(odd.status == 500)
            #expect(odd.json["message"]?.string?.contains("answered 2 rows to 1") == true)

            let nan = try await bench.call(.post, path, records(999, 1))
            #expect(nan.status == 200)
            #expect(nan.json == ["predictions": [nil, 10.0]])
            #expect(nan.headers[.nonFinite] == "1")
            #expect(bench.memory.all.last?.scores.first?.isNaN == true)
            let traffic = try await bench.call(.get, "/api/v1/deployments/tricky").json["traffic"]
            #expect(traffic?["failed"] == 4)
        }
    }

    @Test func `a request that finds the queue full is refused at once`() async throws {
        let bench = try await ServingBench()
        try await bench.run {
            try await bench.deploy(
                "tricky",
                "tricky",
                1,
                spec: DeploymentSpec(workers: 1, timeout: .seconds(3), maxQueue: 0)
            )
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 { group.addTask { try await bench.call(.post, path, records(777)).status } }
                let statuses = try await group.reduce(into: [Int]()) { $0.append($1) }
                #expect(statuses.sorted() == [429, 503])
            }
        }
    }

    @Test func `a switch under load fails no request, and the old workers end`() async throws {
        let bench = try await ServingBench()
        try await bench.run {
            try await bench.deploy("tricky", "tricky", 1, spec: DeploymentSpec(workers: 2))
            let switched = Watched(false)
            let answers = try await withThrowingTaskGroup(of: [ServingBench.Answer].self) { group in
                for client in 0..<8 {
                    group.addTask {
                        var answers: [ServingBench.Answer] = []
                        var after = 0
                        while after < 20 {
                            answers.append(try await bench.call(.post, path, records(Double(client))))
                            if switched.withLock({ $0 }) { after += 1 }
                        }
                        return answers
                    }
                }
                try await bench.deploy("tricky", "tricky", 2)
                try await bench.deploy("tricky", "tricky", 1)
                try await bench.deploy("tricky", "tricky", 2)
                switched.withLock { $0 = true }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(Set(answers.map { $0.headers[.modelVersion] }) == ["1", "2"])
            #expect(bench.memory.all.count == answers.count)
            for batch in bench.memory.all {
                #expect(batch.scores.first == batch.inputs["x"]?.double(0).map { $0 * (batch.version == 1 ? 10 : 20) })
            }
            let live = try await bench.serving.live("tricky")
            let deadline = ContinuousClock.now + .seconds(20)
            while live.variants.count > 1, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(live.variants.map { $0.variant.target.version } == [2])
        }
    }

    @Test func `a version that cannot be loaded changes nothing but the status`() async throws {
        let bench = try await ServingBench()
        try await bench.run {
            try await bench.deploy("tricky", "tricky", 1)
            try await bench.deploy("tricky", "tricky", 3)
            let shown = try await bench.call(.get, "/api/v1/deployments/tricky").json
            #expect(shown["status"] == "failed")
            #expect(shown["version"] == 1)
            #expect(shown["problem"]?.string?.contains("this model cannot be loaded") == true)
            #expect(try await bench.call(.post, path, records(1)).json == ["predictions": [10.0]])
            let events = try await bench.store.ledger.events(after: 0, kinds: ["deployment.failed"])
            #expect(events.map(\.payload["version"]) == [3])
        }
    }

    @Test func `after a restart the deployment comes back by itself, without a new event`() async throws {
        let store = try await TestStore([Serving.migrations], world: .system)
        let first = try await ServingBench(store: store)
        try await first.run { try await first.deploy("tricky", "tricky", 2) }
        let head = try await store.ledger.head()
        let second = try await ServingBench(store: store)
        try await second.run {
            let deadline = ContinuousClock.now + .seconds(30)
            while try await second.call(.get, "/serving/tricky/ping").status != 200, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await second.call(.post, path, records(1)).json == ["predictions": [20.0]])
        }
        #expect(try await store.ledger.head() == head)
    }

    @Test func `gates score in workers of their own, which end when nobody needs them`() async throws {
        let bench = try await ServingBench()
        try await bench.run {
            let rows = try ColumnTable([
                .longs("a", Array(0..<10_000).map { $0 % 20 }),
                .doubles("b", (0..<10_000).map { Double($0 % 20) / 19 }),
                .strings("label", Array(repeating: "x", count: 10_000)),
            ])
            let (outputs, scores) = try await bench.serving.scores(model: "sklearn", version: 1, columns: rows)
            #expect(outputs.names == ["prediction_0", "prediction_1"])
            #expect(outputs.rowCount == 10_000)
            #expect(scores.count == 10_000)
            #expect(scores[19] > 0.9)
            #expect(scores[0] < 0.1)
            let report = try await bench.serving.measureLatency(model: "sklearn", version: 1, rows: rows.head(50))
            #expect(report.count == 50)
            #expect(report.p99Milliseconds >= report.p50Milliseconds)
            #expect(report.p50Milliseconds < 100)
            let problem = Fixtures.problem {
                _ = try InputSchema(
                    .init(columns: [.init(name: "a", type: .long, isRequired: true)], signature: [:], loader: "")
                )
                .table(fitting: ColumnTable([.strings("a", ["x"])]))
            }
            #expect(problem.hasPrefix("the input does not fit the model: column 'a' is string, the model takes long"))
        }
    }

    @Test func `a file that is not what its digest says is not loaded`() async throws {
        let bench = try await ServingBench()
        try await bench.run {
            let folder = try await bench.serving.models.folder(model: "tricky", version: 1)
            #expect(folder.hasPrefix(bench.store.folder.path))
            let tampered = "\(folder)/MLmodel"
            try Tamper.append("x", to: tampered)
            // What stands there is laid out anew.
            #expect(try await bench.serving.models.folder(model: "tricky", version: 1) == folder)
            #expect(Tamper.endsWith("x", tampered) == false)
        }
    }
}
