import Basics
import Ledger
import MartletTesting
import Pipelines
import Storage
import Testing

/// Whole runs: real processes, a real database, and servers that come and go.
@Suite(.timeLimit(.minutes(2))) struct SchedulerTests {
    let fixture: Fixture

    init() async throws { fixture = try await Fixture() }

    /// A Python step that writes an output `out` made of its inputs' files, its params and a text.
    private func writing(
        _ name: String,
        _ text: String,
        inputs: [(String, StepSpec.Source)] = [],
        params: JSONObject = JSONObject()
    )
        -> StepSpec
    {
        let code = """
            import json, os
            s = json.load(open(os.environ["MARTLET_STEP"]))
            parts = [open(f).read() for i in s["inputs"].values() for f in i["files"]]
            open(s["outputs"]["out"], "w").write("+".join(parts + [str(v) for v in s["params"].values()] + ["\(text)"]))
            print("wrote", s["step"], s["attempt"])
            """
        return StepSpec(
            name: name,
            action: .command(["python", "-c", code]),
            inputs: inputs,
            outputs: ["out"],
            params: params
        )
    }

    private func source(_ step: String) -> StepSpec.Source {
        .output(StepSpec.OutputReference(step: step, output: "out"))
    }

    private func content(_ pipelines: Pipelines, _ run: String, _ reference: String) async throws -> String {
        let output = try await pipelines.output(of: run, reference)
        let file = try #require(output.files.first)
        return String(decoding: try await fixture.store.blobs.bytes(file.blob.digest), as: UTF8.self)
    }

    @Test func `steps run in order, pass outputs on, and are cached the next time`() async throws {
        let pipelines = fixture.pipelines()
        var params = JSONObject()
        params["depth"] = 3
        let steps = [
            writing("a", "A"), writing("b", "B", inputs: [("x", source("a"))], params: params),
            writing("c", "C", inputs: [("x", source("a")), ("y", source("b"))]),
        ]
        try await fixture.declare(pipelines, steps, code: ["steps.py": "x = 1"])
        let first = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", actor: "client").id
        )
        #expect(first.status == .succeeded, "\(first.json.prettyText())")
        #expect(first.number == 1)
        #expect(first.steps.map(\.status) == ["succeeded", "succeeded", "succeeded"])
        #expect(try await content(pipelines, first.id, "c.out") == "A+A+3+B+C")
        #expect(try await content(pipelines, first.id, "steps.a.out") == "A")
        let log = try await pipelines.log(of: first.id, step: "b")
        #expect(String(decoding: log.bytes, as: UTF8.self) == "wrote b 1\n")
        #expect(log.isComplete)

        let second = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", actor: "client").id
        )
        #expect(second.number == 2)
        #expect(second.steps.map(\.status) == ["cached", "cached", "cached"])
        #expect(second.steps[2].origin == "step:\(first.id)/c/1")

        // Another param: what depends on it runs again, the rest does not.
        var other = JSONObject()
        other["b.depth"] = 4
        let third = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", params: other, actor: "client").id
        )
        #expect(third.steps.map(\.status) == ["cached", "succeeded", "succeeded"])
        #expect(try await content(pipelines, third.id, "c.out") == "A+A+4+B+C")

        let tracked = fixture.tracker.runs.with { $0 }
        #expect(tracked.first?.name == "train #1")
        #expect(tracked.filter { $0.tags["mlflow.parentRunId"] == "0" }.map(\.name) == ["a", "b", "c"])
        #expect(tracked.allSatisfy { $0.status == .finished })
        let up = try await fixture.store.ledger.walk(from: "step:\(first.id)/c/1", .up)
        #expect(up.contains { $0.relation == .used && $0.object == "step:\(first.id)/a/1" })
        #expect(try await fixture.store.ledger.verify().fault == nil)
    }

    @Test func `a cache entry whose output is gone is no hit`() async throws {
        let pipelines = fixture.pipelines()
        try await fixture.declare(pipelines, [writing("a", "A")])
        let first = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        )
        let output = try await pipelines.output(of: first.id, "a.out")
        let path = try fixture.store.blobs.path(try #require(output.files.first).blob.digest)
        try FileIO.rename(path, to: path + ".gone")
        let second = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        )
        #expect(second.steps.map(\.status) == ["succeeded"])
    }

    @Test func `a function of the project is called with inputs, params and outputs`() async throws {
        let pipelines = fixture.pipelines()
        let blob = try await fixture.store.blobs.put(Array("rows".utf8))
        fixture.datasets.set(
            "flights",
            5,
            .accepted,
            [try FileTree(files: [.init(path: "part-00001.csv", blob: blob)]).files[0]]
        )
        var params = JSONObject()
        params["days"] = 9
        let step = StepSpec(
            name: "prepare",
            action: .function("steps.prepare"),
            inputs: [("flights", .dataset("flights", version: nil))],
            outputs: ["train"],
            params: params
        )
        let code =
            "import os\ndef prepare(flights, outputs, days):\n    open(outputs['train'], 'w').write(str(os.listdir(flights)) + str(days))\n"
        try await fixture.declare(pipelines, [step], code: ["steps.py": code])
        let run = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        )
        #expect(run.status == .succeeded, "\(run.json.prettyText())")
        #expect(run.pins == ["flights": 5])
        #expect(try await content(pipelines, run.id, "prepare.train") == "['part-00001.csv']9")
        let up = try await fixture.store.ledger.walk(from: "step:\(run.id)/prepare/1", .up)
        #expect(up.contains { $0.object == "dataset:flights@5" })
    }

    @Test func `a step that fails is tried again, and its last words are told`() async throws {
        let pipelines = fixture.pipelines()
        let marker = fixture.store.folder.path("tries")
        let code =
            "import os\nopen('\(marker)', 'a').write('x')\nn = os.path.getsize('\(marker)')\nprint('try', n)\nassert n > 2, 'too early'"
        try await fixture.declare(
            pipelines,
            [
                Fixture.command("a", "python", "-c", code, retries: 3), Fixture.command("b", "false", after: ["a"]),
                Fixture.command("c", "true", after: ["b"]),
            ]
        )
        let run = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        )
        #expect(run.status == .failed)
        #expect(run.steps.map(\.status) == ["succeeded", "failed", "skipped"])
        #expect(run.steps[0].attempt == 3)
        #expect(run.error == "the step 'b' failed: ended with status 1")
        let old = try await pipelines.log(of: run.id, step: "a", attempt: 1)
        #expect(String(decoding: old.bytes, as: UTF8.self).contains("AssertionError: too early"))
    }

    @Test func `a missing output, a missing program and a step that never ends are told`() async throws {
        let pipelines = fixture.pipelines()
        let slow = StepSpec(name: "slow", action: .command(["sleep", "100"]), timeout: .milliseconds(300))
        try await fixture.declare(
            pipelines,
            [
                StepSpec(name: "mute", action: .command(["true"]), outputs: ["model"]),
                Fixture.command("lost", "pythonn"), slow,
            ]
        )
        let run = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        )
        #expect(run.status == .failed)
        #expect(run.steps[0].error == "it ended well and did not write its output 'model'")
        #expect(run.steps[1].error?.hasPrefix("there is no program 'pythonn'") == true)
        #expect(run.steps[2].error == "ran longer than its timeout of 0.3 s")
    }

    @Test func `a cancel ends the step that runs and all behind it`() async throws {
        let pipelines = fixture.pipelines()
        try await fixture.declare(
            pipelines,
            [Fixture.command("a", "sleep", "100"), Fixture.command("b", "true", after: ["a"])]
        )
        let id = try await pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        let run = try await fixture.serve(pipelines) { [fixture] in
            _ = try await fixture.wait(pipelines, id) { $0.steps[0].status == "running" }
            _ = try await pipelines.cancel(id, actor: "x")
            return try await fixture.wait(pipelines, id) { $0.status.isFinal }
        }
        #expect(run.status == .cancelled)
        #expect(run.steps.map(\.status) == ["cancelled", "cancelled"])
        #expect(fixture.tracker.runs.with { $0 }.allSatisfy { $0.status == .killed })
    }

    @Test func `a cancelled run does not wait for cores that others hold`() async throws {
        let pipelines = fixture.pipelines()
        let all = StepSpec.Resources(cpu: 64)
        try await fixture.declare(pipelines, [StepSpec(name: "a", action: .command(["sleep", "100"]), resources: all)])
        let first = try await pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        let runs = try await fixture.serve(pipelines) { [fixture] in
            _ = try await fixture.wait(pipelines, first) { $0.steps[0].status == "running" }
            // Begun only now: of two that begin at once either may get the cores.
            let second = try await pipelines.start(pipeline: "train", project: "flights", actor: "x").id
            _ = try await fixture.wait(pipelines, second) { $0.status == .running }
            _ = try await pipelines.cancel(second, actor: "x")
            let queued = try await fixture.wait(pipelines, second) { $0.status.isFinal }
            _ = try await pipelines.cancel(first, actor: "x")
            return [queued, try await fixture.wait(pipelines, first) { $0.status.isFinal }]
        }
        #expect(runs.map(\.status) == [.cancelled, .cancelled])
        #expect(runs[0].steps[0].attempt == 0)
    }

    @Test func `the server may go in the middle of a step: it is found again, runs once, and the run finishes`()
        async throws
    {
        let marker = fixture.store.folder.path("runs")
        let code =
            "import os, time\nopen('\(marker)', 'a').write('x')\ntime.sleep(1)\nopen(os.environ['MARTLET_OUTPUTS'] + '/out', 'w').write('made')"
        let steps = [
            StepSpec(name: "slow", action: .command(["python", "-c", code]), outputs: ["out"]),
            writing("next", "N", inputs: [("x", source("slow"))]),
        ]
        let before = fixture.pipelines()
        try await fixture.declare(before, steps)
        let id = try await before.start(pipeline: "train", project: "flights", actor: "x").id
        _ = try await fixture.serve(before) { [fixture] in
            _ = try await fixture.wait(before, id) { _ in FileIO.size(marker) == 1 }
            return true
        }
        let after = fixture.pipelines()
        let run = try await fixture.finish(after, id)
        #expect(run.status == .succeeded, "\(run.json.prettyText())")
        #expect(FileIO.size(marker) == 1)
        #expect(run.steps[0].attempt == 1)
        #expect(try await content(after, id, "next.out") == "made+N")
        #expect(try await fixture.events().contains("step.reattached"))
    }

    @Test func `a step that ended while no server was there is taken over, not run again`() async throws {
        let marker = fixture.store.folder.path("runs")
        let code =
            "import os, time\nopen('\(marker)', 'a').write('x')\ntime.sleep(0.3)\nopen(os.environ['MARTLET_OUTPUTS'] + '/out', 'w').write('made')"
        let before = fixture.pipelines()
        try await fixture.declare(
            before,
            [StepSpec(name: "slow", action: .command(["python", "-c", code]), outputs: ["out"])]
        )
        let id = try await before.start(pipeline: "train", project: "flights", actor: "x").id
        _ = try await fixture.serve(before) { [fixture] in
            _ = try await fixture.wait(before, id) { _ in FileIO.size(marker) == 1 }
            return true
        }
        try await Task.sleep(for: .milliseconds(700))
        let run = try await fixture.finish(fixture.pipelines(), id)
        #expect(run.status == .succeeded)
        #expect(FileIO.size(marker) == 1)
    }

    @Test func `one key starts one run, however often it is asked`() async throws {
        let pipelines = fixture.pipelines()
        try await fixture.declare(pipelines, [Fixture.command("a", "true")])
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await pipelines.start(
                        pipeline: "train",
                        project: "flights",
                        deduplicationKey: "event 7",
                        actor: "x"
                    ).id
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await pipelines.runs().count == 1)
        #expect(try await fixture.events().filter { $0 == "pipeline_run.created" }.count == 1)
    }

    @Test func `a run waits for a decision about its data, and goes on or fails by it`() async throws {
        let pipelines = fixture.pipelines()
        let step = StepSpec(name: "a", action: .command(["true"]), inputs: [("x", .dataset("flights", version: nil))])
        try await fixture.declare(pipelines, [step])
        fixture.datasets.set("flights", 2, .waiting("column 'temp': 12 rows are below -40"))
        let (accepted, rejected) = (
            try await pipelines.start(pipeline: "train", project: "flights", actor: "x").id,
            try await pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        )
        let runs = try await fixture.serve(pipelines) { [fixture] in
            let waiting = try await fixture.wait(pipelines, accepted) { $0.status == .waiting }
            fixture.datasets.set("flights", 2, .accepted)
            try await fixture.decided()
            let first = try await fixture.wait(pipelines, accepted) { $0.status.isFinal }
            return [waiting, first]
        }
        #expect(runs[0].error == "dataset:flights@2 waits for a decision: column 'temp': 12 rows are below -40")
        #expect(runs[1].status == .succeeded)
        fixture.datasets.set("flights", 2, .rejected("broken sensor"))
        let third = try await pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        let failed = try await fixture.finish(pipelines, third)
        #expect(failed.status == .failed)
        #expect(failed.error == "dataset:flights@2 was rejected: broken sensor")
        #expect(failed.steps.map(\.status) == ["skipped"])
        _ = rejected
    }

    @Test func `a register step makes one version of one model, and the same model again makes none`() async throws {
        let pipelines = fixture.pipelines()
        let code = "import os\nopen(os.environ['MARTLET_OUTPUTS'] + '/model', 'w').write('models:/m-123\\n')"
        let steps = [
            StepSpec(name: "fit", action: .command(["python", "-c", code]), outputs: ["model"]),
            StepSpec(name: "register", action: .register(model: "flights", from: .init(step: "fit", output: "model"))),
        ]
        try await fixture.declare(pipelines, steps)
        let run = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        )
        #expect(run.status == .succeeded, "\(run.json.prettyText())")
        #expect(run.json["model_version"]?["version"] == 1)
        let request = try #require(fixture.registered.with { $0 }.first)
        #expect(request.source == "models:/m-123")
        #expect(request.runID == run.steps[0].mlflowRun)
        #expect(request.actor == "pipeline:\(run.id)")
        let edges = try await fixture.store.ledger.edges(of: "model:flights/1", .up)
        #expect(edges.first?.object == "step:\(run.id)/fit/1")
        let again = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        )
        #expect(again.steps.map(\.status) == ["cached", "cached"])
        #expect(again.json["model_version"]?["version"] == 1)
        #expect(fixture.registered.with { $0.count } == 1)
        #expect(try await fixture.events().filter { $0 == "model_version.registered" }.count == 1)
    }

    @Test func `steps run side by side only as far as the machine's cores go`() async throws {
        let pipelines = fixture.pipelines()
        let folder = fixture.store.folder.path("now")
        try FileIO.makeFolder(folder)
        let code = """
            import os, time
            f = "\(folder)/" + os.environ["MARTLET_STEP"].split("/")[-2]
            open(f, "w").close()
            time.sleep(0.15)
            assert len(os.listdir("\(folder)")) <= 2, os.listdir("\(folder)")
            os.unlink(f)
            """
        let steps = (0..<6).map { index in
            StepSpec(
                name: "s\(index)",
                action: .command(["python", "-c", code]),
                resources: StepSpec.Resources(cpu: 2)
            )
        }
        try await fixture.declare(pipelines, steps)
        let run = try await fixture.finish(
            pipelines,
            pipelines.start(pipeline: "train", project: "flights", actor: "x").id
        )
        #expect(run.status == .succeeded, "\(run.json.prettyText())")
    }

    @Test func `an unknown pipeline and an unknown param are told with the nearest name`() async throws {
        let pipelines = fixture.pipelines()
        try await fixture.declare(pipelines, [writing("a", "A", params: JSONObject([("depth", 3)]))])
        let unknown = await #expect(throws: MartletError.self) {
            try await pipelines.start(pipeline: "trian", project: "flights", actor: "x")
        }
        #expect(unknown?.hint == "did you mean 'train'? there are: train")
        let param = await #expect(throws: MartletError.self) {
            try await pipelines.start(
                pipeline: "train",
                project: "flights",
                params: JSONObject([("dpeth", 1)]),
                actor: "x"
            )
        }
        #expect(param?.hint?.hasPrefix("did you mean 'depth'?") == true)
    }
}

extension Fixture {
    /// What the datasets' room appends when a person decides.
    func decided() async throws {
        try await store.database.write { [store] tx in
            try store.ledger.append(tx, kind: "dataset_version.accepted", subject: "dataset:flights@2", actor: "x")
        }
    }
}
