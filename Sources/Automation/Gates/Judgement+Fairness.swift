import Basics

extension Judgement {
    static func fairness(_ limit: FairnessLimit, _ groups: GroupFacts) -> GateCheck {
        var check = GateCheck(
            name: "\(limit.measure.rawValue) by \(limit.group)",
            kind: .fairness,
            passed: false,
            message: "",
            metric: limit.measure.rawValue,
            threshold: limit.atMost
        )
        let title = "\(limit.measure.rawValue) by \(limit.group) at threshold \(Figure.text(limit.threshold))"
        switch groups {
        case .missing(let reason): check.message = "\(title) could not be measured: \(reason)"
        case .groups(let figures):
            let judged = figures.map { figure in
                JudgedGroup(figure: figure, judged: figure.counted >= limit.minimum && figure.value != nil)
            }
            check.groups = judged
            let large = judged.filter(\.judged).map(\.figure)
            let small = judged.filter { !$0.judged }.map(\.figure)
            let left = small.isEmpty ? "" : "; too few to judge: \(list(small.map { "\($0.group) (\($0.counted))" }))"
            // A limit that nothing was measured against is not kept: who declared it wants to know.
            guard large.count > 1, let lowest = large.min(by: { ($0.value ?? 0) < ($1.value ?? 0) }),
                let highest = large.max(by: { ($0.value ?? 0) < ($1.value ?? 0) }), let low = lowest.value,
                let high = highest.value
            else {
                let count = large.isEmpty ? "no group has" : "only one group has"
                check.message =
                    "\(title) could not be judged: \(count) \(limit.minimum) \(limit.measure.counted) or more\(left)"
                return check
            }
            check.value = high - low
            check.challenger = high - low
            check.passed = high - low <= limit.atMost
            check.message =
                "\(title) is \(Figure.text(high - low)) (\(lowest.group) \(Figure.text(low)), \(highest.group) \(Figure.text(high))), at most \(Figure.text(limit.atMost)) asked for\(left)"
        }
        return check
    }

    private static func list(_ texts: [String]) -> String {
        texts.prefix(8).joined(separator: ", ") + (texts.count > 8 ? " and \(texts.count - 8) more" : "")
    }
}

extension FairnessMeasure {
    /// What a group is counted in.
    var counted: String {
        switch self {
        case .equalOpportunityDifference: "positives"
        case .demographicParityDifference: "rows"
        }
    }
}
