import Basics
import Declarations
import Testing

@testable import Automation

private let flights = """
    datasets:
      flights: {}
    pipelines:
      train:
        on: [{dataset: flights}, {alert: flights, cooldown: 7d}, {schedule: "0 3 * * *"}, {event: rollback.done}]
        steps:
          prepare: {uses: steps.prepare, outputs: [train, holdout]}
    models:
      flights:
        promote:
          holdout: steps.prepare.holdout
          label: late
          compare: {metric: auroc, better_than: champion, confidence: 0.95, replicates: 300}
          require: [{metric: auroc, at_least: 0.6}, {latency_p99_ms: 250}, {plausibility: {score: [0, 1]}}]
          fairness: [{group: origin, measure: equal_opportunity_difference, threshold: 0.3, at_most: 0.3}]
          approval: none
        deploy: {workers: 2}
        monitor: {reference: steps.prepare.train, on_alert: {run: train, cooldown: 14d}}
    notifications:
      - {webhook: "https://example.org/hook", events: [promotion.decided], secret_env: HOOK}
    """

private func decode(_ text: String) throws -> (AutomationSpec, [String]) {
    let diagnostics = Diagnostics()
    let file = try SpecParser.parse(text, file: "martlet.yaml")
    let spec = AutomationSpec.decode(file, project: "flights", diagnostics)
    return (spec, diagnostics.all.map(\.description))
}

@Suite struct DecodingTests {
    @Test func `the demo's file is read whole`() throws {
        let (spec, mistakes) = try decode(flights)
        #expect(mistakes.isEmpty)
        let model = try #require(spec.models.first)
        #expect(model.deploy?.contains("\"workers\":2") == true && model.reference?.name == "prepare.train")
        let policy = try #require(model.promote)
        #expect(policy.compare == Comparison(metric: .auroc, confidence: 0.95, replicates: 300))
        #expect(policy.latencyLimit == 250 && policy.plausibleScores == 0...1 && policy.approval == nil)
        #expect(policy.fairness.first?.minimum == 30)
        #expect(
            Set(spec.triggers.map(\.name)) == [
                "flights/train/alert:flights", "flights/train/dataset:flights",
                "flights/train/schedule:0 3 * * *", "flights/train/event:rollback.done",
            ]
        )
        // Named twice: once, with the longer cool-down.
        #expect(spec.triggers.first { $0.source == .alert("flights") }?.cooldown == Int64(14 * 86_400_000))
        #expect(spec.webhooks.first?.secretVariable == "HOOK")
    }

    @Test func `what was read comes back from the database as it was`() throws {
        let (spec, _) = try decode(flights)
        let text = try StoredSpec.encode(spec)
        #expect(try StoredSpec.decode(text) == spec)
    }

    @Test(
        arguments: zip(
            [
                ("metric: auroc, better_than", "metric: aurok, better_than"),
                ("{metric: auroc, at_least: 0.6}", "{metric: auroc}"),
                ("{latency_p99_ms: 250}", "{latency_p99_ms: fast}"),
                ("score: [0, 1]", "score: [1, 0]"),
                ("holdout: steps.prepare.holdout", "holdout: steps.prepare.houldout"),
                ("label: late", "lable: late"),
                ("{alert: flights,", "{alert: fligths,"),
                ("\"0 3 * * *\"", "\"0 25 * * *\""),
                ("run: train, cooldown", "run: trian, cooldown"),
                ("events: [promotion.decided]", "events: [promotion.decide]"),
                ("https://example.org/hook", "gopher://example.org"),
                ("at_most: 0.3}", "at_most: 3}"),
            ],
            [
                "'aurok' is not known (did you mean 'auroc'?",
                "a metric is required with one of 'at_least' and 'at_most'",
                "'fast' stands where a number should be", "'score' is not a range ([lowest, highest], such as [0, 1])",
                "no pipeline has the output 'steps.prepare.houldout' (did you mean 'steps.prepare.holdout'?",
                "'lable' is not a known key (did you mean 'label'?",
                "there is no model 'fligths' (did you mean 'flights'?",
                "'25' is no hour of cron (from 0 to 23", "there is no pipeline 'trian' (did you mean 'train'?",
                "'promotion.decide' is not a kind of event that is sent (did you mean 'promotion.decided'?",
                "it begins neither with http:// nor with https://", "stands where a number from 0.0 to 1.0 should be",
            ]
        )
    )
    func `a mistake is told with its place and what would be right`(_ change: (String, String), _ expected: String)
        throws
    {
        let text = try #require(flights.split(separator: change.0, maxSplits: 1).count == 2 ? flights : nil)
        let parts = text.split(separator: change.0, maxSplits: 1)
        let (_, mistakes) = try decode(parts[0] + change.1 + parts[1])
        #expect(mistakes.contains { $0.contains(expected) && $0.hasPrefix("martlet.yaml:") }, "\(mistakes)")
    }
}
