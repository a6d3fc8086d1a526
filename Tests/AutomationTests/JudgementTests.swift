import Basics
import Testing

@testable import Automation

/// A judgement's input and the sentence that must come out.
struct GateCase: Sendable, CustomTestStringConvertible {
    var title: String
    var policy: PromotionPolicy
    var evidence: GateEvidence
    var check: Int
    var passed: Bool
    var message: String

    var testDescription: String { title }
}

private let reference = OutputReference(step: "prepare", output: "holdout")
private let facts = HoldoutFacts(address: "step:r/prepare/1", digest: "d", rows: 12_345, positives: 2_000)

private func measured(_ version: Int, auroc: Double?, missing: Int = 0, outside: Int = 0, p99: Double? = nil)
    -> MeasuredVersion
{
    MeasuredVersion(
        version: version,
        metrics: auroc.map { [.auroc: $0] } ?? [:],
        scores: ScoreFacts(count: 12_345, missing: missing, outside: outside, lowest: 0.01, highest: 0.97),
        latency: p99.map { LatencyFacts(requests: 500, p50: 3, p99: $0) }
    )
}

private func evidence(
    _ challenger: MeasuredVersion,
    _ champion: ChampionFacts = .none,
    confidence: Double? = nil,
    groups: [GroupFacts] = []
) -> GateEvidence {
    GateEvidence(
        holdout: facts,
        challenger: challenger,
        champion: champion,
        confidence: confidence,
        groups: groups
    )
}

private let comparing = PromotionPolicy(holdout: reference, label: "late", compare: Comparison(metric: .auroc))

private func requiring(_ requirement: Requirement) -> PromotionPolicy {
    PromotionPolicy(holdout: reference, label: "late", require: [requirement])
}

private let fair = PromotionPolicy(
    holdout: reference,
    label: "late",
    fairness: [
        FairnessLimit(
            group: "origin",
            measure: .equalOpportunityDifference,
            threshold: 0.3,
            atMost: 0.25,
            minimum: 100
        )
    ]
)

private func group(_ name: String, _ counted: Int, _ value: Double?) -> GroupFigure {
    GroupFigure(group: name, counted: counted, value: value)
}

private let cases = [
    GateCase(
        title: "better and sure",
        policy: comparing,
        evidence: evidence(measured(4, auroc: 0.719), .measured(measured(3, auroc: 0.711)), confidence: 0.997),
        check: 0,
        passed: true,
        message:
            "auroc 0.719 against 0.711 of version 3 on the same 12,345 rows: 99.7 % sure that it is better, 95 % asked for"
    ),
    GateCase(
        title: "better, not sure enough",
        policy: comparing,
        evidence: evidence(measured(4, auroc: 0.744), .measured(measured(3, auroc: 0.741)), confidence: 0.823),
        check: 0,
        passed: false,
        message:
            "auroc 0.744 against 0.741 of version 3 on the same 12,345 rows: 82.3 % sure that it is better, 95 % asked for"
    ),
    GateCase(
        title: "exactly as sure as asked",
        policy: comparing,
        evidence: evidence(measured(4, auroc: 0.75), .measured(measured(3, auroc: 0.74)), confidence: 0.95),
        check: 0,
        passed: true,
        message:
            "auroc 0.75 against 0.74 of version 3 on the same 12,345 rows: 95 % sure that it is better, 95 % asked for"
    ),
    GateCase(
        title: "the first",
        policy: comparing,
        evidence: evidence(measured(1, auroc: 0.7151)),
        check: 0,
        passed: true,
        message: "there is no champion yet to compare with (auroc 0.7151)"
    ),
    GateCase(
        title: "a champion that does not know the new columns",
        policy: comparing,
        evidence: evidence(measured(2, auroc: 0.7), .unscorable(version: 1, reason: "the column 'wind' is missing")),
        check: 0,
        passed: false,
        message: "the champion, version 1, could not be scored on this holdout: the column 'wind' is missing"
    ),
    GateCase(
        title: "scores that are not numbers",
        policy: comparing,
        evidence: evidence(measured(2, auroc: nil, missing: 12)),
        check: 0,
        passed: false,
        message: "auroc could not be computed: 12 of 12,345 scores are missing or not a number"
    ),
    GateCase(
        title: "a floor that is reached",
        policy: requiring(.metric(MetricLimit(metric: .auroc, side: .atLeast, limit: 0.6))),
        evidence: evidence(measured(2, auroc: 0.6)),
        check: 0,
        passed: true,
        message: "auroc is 0.6, at least 0.6 asked for"
    ),
    GateCase(
        title: "a floor that is not reached",
        policy: requiring(.metric(MetricLimit(metric: .auroc, side: .atLeast, limit: 0.6))),
        evidence: evidence(measured(2, auroc: 0.59991)),
        check: 0,
        passed: false,
        message: "auroc is 0.5999, at least 0.6 asked for"
    ),
    GateCase(
        title: "a metric without value",
        policy: requiring(.metric(MetricLimit(metric: .brier, side: .atMost, limit: 0.2))),
        evidence: evidence(measured(2, auroc: 0.7)),
        check: 0,
        passed: false,
        message: "brier could not be computed, at most 0.2 asked for"
    ),
    GateCase(
        title: "fast enough",
        policy: requiring(.latency(250)),
        evidence: evidence(measured(2, auroc: 0.7, p99: 12.345)),
        check: 0,
        passed: true,
        message: "the 99th percentile of 500 one-row requests took 12.35 ms, at most 250 ms asked for"
    ),
    GateCase(
        title: "latency that nobody measured",
        policy: requiring(.latency(250)),
        evidence: evidence(measured(2, auroc: 0.7)),
        check: 0,
        passed: false,
        message: "latency was not measured, at most 250 ms asked for"
    ),
    GateCase(
        title: "plausible",
        policy: requiring(.plausibility(0, 1)),
        evidence: evidence(measured(2, auroc: 0.7)),
        check: 0,
        passed: true,
        message: "all 12,345 scores are in [0, 1], from 0.01 to 0.97"
    ),
    GateCase(
        title: "implausible in both ways",
        policy: requiring(.plausibility(0, 0.5)),
        evidence: evidence(measured(2, auroc: nil, missing: 1, outside: 40)),
        check: 0,
        passed: false,
        message:
            "1 of 12,345 scores are missing or not a number, 40 of 12,345 scores are outside [0, 0.5]: they reach from 0.01 to 0.97"
    ),
    GateCase(
        title: "not a number, though nobody asked",
        policy: comparing,
        evidence: evidence(measured(2, auroc: nil, missing: 3)),
        check: 1,
        passed: false,
        message: "3 of 12,345 scores are missing or not a number"
    ),
    GateCase(
        title: "fair, one group too small",
        policy: fair,
        evidence: evidence(
            measured(2, auroc: 0.7),
            groups: [.groups([group("EWR", 900, 0.61), group("LGA", 800, 0.49), group("HPN", 12, 0.1)])]
        ),
        check: 1,
        passed: true,
        message:
            "equal_opportunity_difference by origin at threshold 0.3 is 0.12 (LGA 0.49, EWR 0.61), at most 0.25 asked for; too few to judge: HPN (12)"
    ),
    GateCase(
        title: "unfair",
        policy: fair,
        evidence: evidence(
            measured(2, auroc: 0.7),
            groups: [.groups([group("EWR", 900, 0.8), group("LGA", 800, 0.49)])]
        ),
        check: 1,
        passed: false,
        message:
            "equal_opportunity_difference by origin at threshold 0.3 is 0.31 (LGA 0.49, EWR 0.8), at most 0.25 asked for"
    ),
    GateCase(
        title: "no two groups that are large enough",
        policy: fair,
        evidence: evidence(
            measured(2, auroc: 0.7),
            groups: [.groups([group("EWR", 900, 0.8), group("LGA", 99, 0.49)])]
        ),
        check: 1,
        passed: false,
        message:
            "equal_opportunity_difference by origin at threshold 0.3 could not be judged: only one group has 100 positives or more; too few to judge: LGA (99)"
    ),
    GateCase(
        title: "no such column",
        policy: fair,
        evidence: evidence(measured(2, auroc: 0.7), groups: [.missing("the holdout has no column 'origin'")]),
        check: 1,
        passed: false,
        message:
            "equal_opportunity_difference by origin at threshold 0.3 could not be measured: the holdout has no column 'origin'"
    ),
]

@Suite struct JudgementTests {
    @Test(arguments: cases)
    func `each gate says in words what it found`(_ gate: GateCase) throws {
        let judgement = Judgement(gate.policy, gate.evidence)
        let check = try #require(judgement.checks.indices.contains(gate.check) ? judgement.checks[gate.check] : nil)
        #expect(check.message == gate.message)
        #expect(check.passed == gate.passed)
        #expect(judgement.isPassed == judgement.checks.allSatisfy(\.passed))
    }

    @Test func `a refusal names every gate that failed`() {
        var policy = comparing
        policy.require = [.latency(10)]
        let judgement = Judgement(
            policy,
            evidence(
                measured(4, auroc: 0.7, p99: 20),
                .measured(measured(3, auroc: 0.71)),
                confidence: 0.1
            )
        )
        #expect(
            judgement.summary()
                == "refused: auroc 0.7 against 0.71 of version 3 on the same 12,345 rows: 10 % sure that it is better, 95 % asked for; the 99th percentile of 500 one-row requests took 20 ms, at most 10 ms asked for"
        )
    }

    @Test(
        arguments: zip(
            [0.719, 12.345, 1250, 0, -0.25, 0.00012345, 1, 99.99999, .nan, 123_456.7],
            ["0.719", "12.35", "1250", "0", "-0.25", "0.0001235", "1", "100", "NaN", "123457"]
        )
    )
    func `figures stand in sentences with four digits that count`(_ value: Double, _ text: String) {
        #expect(Figure.text(value) == text)
    }

    @Test func `the same holdout and versions give the same confidence again`() throws {
        var generator = SeededGenerator(seed: 3)
        let labels = (0..<500).map { _ in Double.random(in: 0..<1, using: &generator) < 0.3 ? 1.0 : 0 }
        let first = labels.map { 0.2 * $0 + Double.random(in: 0..<1, using: &generator) }
        let second = labels.map { 0.25 * $0 + Double.random(in: 0..<1, using: &generator) }
        func confidence() throws -> Double? {
            try Measurement.confidence(
                Comparison(metric: .auroc, replicates: 100),
                champion: first,
                challenger: second,
                labels: labels,
                seed: "d flights 1 2"
            )
        }
        #expect(try confidence() == confidence())
    }

    @Test func `rows without a label are left out and counted`() throws {
        var late = ColumnBuilder(ColumnSchema("late", .long))
        late.append(Int64(1))
        late.appendNull()
        late.append(Int64(0))
        let table = try ColumnTable([.longs("row", [0, 1, 2]), late.column])
        let labelled = try LabelledRows(
            OutputTable(address: "a", digest: "d", rows: table),
            policy: comparing
        )
        #expect(labelled.labels == [1, 0])
        #expect(labelled.rows.names == ["row"] && labelled.rows["row"]?.longs == [0, 2])
        #expect(labelled.facts.unlabelled == 1 && labelled.facts.positives == 1)
    }
}
