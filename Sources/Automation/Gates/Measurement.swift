import Basics

/// The holdout, split into what is scored and what is known: rows with a label only.
struct LabelledRows: Sendable {
    let rows: ColumnTable
    let labels: [Double]
    let facts: HoldoutFacts

    /// Splits a holdout.
    ///
    /// - Throws: `invalidArgument` where the label's column is missing, text, or no class.
    init(_ output: OutputTable, policy: PromotionPolicy) throws {
        guard let column = output.rows[policy.label] else {
            throw MartletError(
                .invalidArgument,
                "the holdout \(output.address) has no column '\(policy.label)'",
                hint: Suggestion.hint(for: policy.label, among: output.rows.names)
            )
        }
        guard let values = column.doubles else {
            throw MartletError(
                .invalidArgument,
                "the label '\(policy.label)' of \(output.address) is text",
                hint: policy.isClassification ? "0 and 1, or true and false" : "a number"
            )
        }
        let known = values.indices.filter { !values[$0].isNaN }
        labels = known.map { values[$0] }
        if policy.isClassification, let stranger = labels.first(where: { $0 != 0 && $0 != 1 }) {
            throw MartletError(
                .invalidArgument,
                "the label '\(policy.label)' of \(output.address) is \(Figure.text(stranger)) in some row",
                hint: "0 and 1, or true and false; for numbers, name rmse or mae in the gates"
            )
        }
        let all = output.rows.dropping([policy.label])
        rows = known.count == values.count ? all : all.gather(known)
        facts = HoldoutFacts(
            address: output.address,
            digest: output.digest,
            rows: labels.count,
            positives: policy.isClassification ? labels.count { $0 == 1 } : nil,
            unlabelled: values.count - known.count
        )
    }
}

/// The arithmetic of the gates: tables in, figures out.
enum Measurement {
    /// The score of each row: the last column of a model's answer.
    ///
    /// - Throws: `invalidArgument` for an answer without a number for each row.
    static func scores(_ answer: ColumnTable, rows: Int) throws -> [Double] {
        guard let column = answer.columns.last, let scores = column.doubles else {
            throw MartletError(
                .invalidArgument,
                "the model answers \(answer.columns.isEmpty ? "nothing" : "text") instead of scores",
                hint: "log it with pyfunc_predict_fn=\"predict_proba\", or let predict give a number"
            )
        }
        guard scores.count == rows else {
            throw MartletError(.invalidArgument, "the model answers \(scores.count) scores for \(rows) rows")
        }
        return scores
    }

    /// What one version's scores say.
    static func version(_ version: Int, scores: [Double], labels: [Double], policy: PromotionPolicy) throws
        -> MeasuredVersion
    {
        var facts = ScoreFacts(count: scores.count)
        for score in scores {
            guard !score.isNaN else {
                facts.missing += 1
                continue
            }
            facts.lowest = min(facts.lowest ?? score, score)
            facts.highest = max(facts.highest ?? score, score)
            if let range = policy.plausibleScores, !range.contains(score) { facts.outside += 1 }
        }
        var metrics: [Metric: Double] = [:]
        if facts.missing == 0 {
            for metric in Metric.allCases where metric.isClassification == policy.isClassification {
                metrics[metric] = try metric.value(predictions: scores, labels: labels)
            }
        }
        return MeasuredVersion(version: version, metrics: metrics, scores: facts)
    }

    /// How sure it is that the challenger is better; `nil` where that cannot be said.
    ///
    /// The seed comes from the holdout and the versions: judged again after a crash, the same figure comes out.
    static func confidence(
        _ comparison: Comparison,
        champion: [Double],
        challenger: [Double],
        labels: [Double],
        seed: String
    ) throws -> Double? {
        let number = Digest.sha256(seed).utf8.prefix(15).reduce(UInt64(0)) {
            $0 << 4 | UInt64($1 > 0x60 ? $1 - 0x57 : $1 - 0x30)
        }
        return try PairedBootstrap(replicates: comparison.replicates, seed: number)
            .compare(comparison.metric, champion: champion, challenger: challenger, labels: labels)?.confidence
    }

    /// What the model does to each group.
    static func groups(_ limit: FairnessLimit, rows: ColumnTable, scores: [Double], labels: [Double]) throws
        -> GroupFacts
    {
        guard let column = rows[limit.group] else {
            return .missing(
                "the holdout has no column '\(limit.group)' (\(Suggestion.hint(for: limit.group, among: rows.names)))"
            )
        }
        let names = (0..<rows.rowCount).map { column.text($0) }
        guard Set(names).count <= 1000 else {
            return .missing("the column '\(limit.group)' has more than 1,000 values")
        }
        let judgement = try limit.measure.judge(
            groups: names,
            scores: scores,
            labels: labels,
            threshold: limit.threshold,
            minimum: limit.minimum
        )
        return .groups(
            judgement.groups.map { group in
                let counted = limit.measure == .equalOpportunityDifference ? group.positives : group.count
                return GroupFigure(group: group.group, counted: counted, value: judgement.rate(group))
            }
        )
    }
}
