import Basics
import Declarations
import Pipelines
import Testing

@Suite struct PipelineSpecTests {
    private func decode(_ yaml: String) throws -> (specs: [PipelineSpec], mistakes: [String]) {
        let diagnostics = Diagnostics()
        let node = try SpecParser.parse(yaml, file: "martlet.yaml")
        let specs = PipelineSpec.decodeAll(node, datasets: ["flights"], diagnostics)
        return (specs, diagnostics.all.map(\.description))
    }

    static let flights = """
        train:
          on: [{dataset: flights}, {alert: flights, cooldown: 14d}, {schedule: "0 3 * * *"}]
          steps:
            prepare:
              uses: steps.prepare
              inputs: {flights: dataset:flights}
              params: {train_days: 90, share: 0.5, name: "90"}
              outputs: [train, holdout]
            fit:
              run: python train.py --name 'a b' "c\\"d"
              inputs: {train: steps.prepare.train}
              outputs: [model]
              resources: {cpu: 1, memory: 4Gi}
              retries: 1
              timeout: 10m
              cache: false
            register: {model: flights, from: steps.fit.model, after: prepare}
        """

    @Test func `a pipeline is read with all that it says`() throws {
        let (specs, mistakes) = try decode(Self.flights)
        #expect(mistakes == [])
        let spec = try #require(specs.first)
        #expect(spec.triggers.map(\.kind) == [.dataset, .alert, .schedule])
        #expect(spec.triggers[1].cooldown == .seconds(14 * 86_400))
        #expect(spec.steps.map(\.name) == ["prepare", "fit", "register"])
        let (prepare, fit) = (spec.steps[0], spec.steps[1])
        #expect(prepare.action == .function("steps.prepare"))
        #expect(prepare.params["train_days"] == 90)
        #expect(prepare.params["name"] == "90")
        #expect(fit.action == .command(["python", "train.py", "--name", "a b", "c\"d"]))
        #expect(fit.resources == StepSpec.Resources(cpu: 1, memory: 4 << 30))
        #expect(fit.timeout == .seconds(600))
        #expect(fit.cache == false)
        #expect(fit.dependencies == ["prepare"])
        #expect(spec.steps[2].dependencies == ["fit", "prepare"])
        #expect(spec.datasets.map(\.name) == ["flights"])
    }

    @Test func `a pipeline that was stored reads back the same`() throws {
        let spec = try #require(try decode(Self.flights).specs.first)
        #expect(try PipelineSpec(json: JSON(parsing: spec.json.text())) == spec)
    }

    /// A declaration and a part of what is said about it.
    static let mistakes: [(String, String)] = [
        ("steps: {fit: {run: python a.py, imputs: {}}}", "'imputs' is not a known key (did you mean 'inputs'?"),
        ("steps: {fit: {run: a, inputs: {x: dataset:fligths}}}", "'fligths' is not declared (did you mean 'flights'?"),
        (
            "steps: {a: {run: x, outputs: [train]}, b: {run: y, inputs: {t: steps.a.trian}}}",
            "the step 'a' has no output 'trian' (did you mean 'train'?"
        ),
        (
            "steps: {prepare: {run: x, outputs: [o]}, b: {run: y, inputs: {t: steps.prepaer.o}}}",
            "there is no step 'prepaer' (did you mean 'prepare'?"
        ),
        ("steps: {a: {run: x, after: b}}", "there is no step 'b'"),
        (
            "steps: {a: {run: x, after: [c]}, b: {run: x, after: [a]}, c: {run: x, after: [b]}}",
            "the steps wait for each other in a circle: a needs c needs b needs a"
        ),
        ("steps: {a: {outputs: [x]}}", "the step 'a' does nothing (give it 'uses', 'run', or 'model' and 'from')"),
        ("steps: {a: {run: x, uses: y.z}}", "the step 'a' has both 'uses' and 'run'"),
        ("steps: {a: {uses: prepare}}", "'prepare' names no function (module.function, such as steps.prepare)"),
        ("steps: {a: {run: \"echo 'x\"}}", "the command has a quote without its end"),
        ("steps: {a: {run: x, inputs: {t: flights}}}", "is no input (dataset:NAME, dataset:NAME@VERSION or"),
        ("steps: {../a: {run: x}}", "'../a' is not a name"),
        ("steps: {a.b: {run: x}}", "'a.b' is no name for a step"),
        ("steps: {a: {run: x, outputs: [../../etc]}}", "'../../etc' is no name for an output"),
        ("steps: {a: {run: x, retries: 99}}", "a whole number from 0 to 20"),
        ("steps: {a: {run: x, timeout: soon}}", "a length of time such as 90s"),
        ("on: [{datset: flights}], steps: {a: {run: x}}", "'datset' is not a known key (did you mean 'dataset'?"),
        ("on: [{dataset: a, alert: b}], steps: {a: {run: x}}", "a trigger waits for one thing only"),
        ("on: []", "'steps' is missing"),
    ]

    @Test(arguments: mistakes)
    func `a mistake is told with its place and what would be right`(_ pipeline: String, _ expected: String) throws {
        let mistakes = try decode("train: {\(pipeline)}").mistakes
        #expect(mistakes.contains { $0.contains(expected) }, "\(mistakes)")
        #expect(mistakes.allSatisfy { $0.hasPrefix("martlet.yaml:1:") })
    }
}
