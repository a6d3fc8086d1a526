/// A measure of how differently a model treats groups.
public enum FairnessMeasure: String, Sendable, Hashable, Codable, CaseIterable {
    /// The largest difference between groups' true positive rates: of those who should be found, are as many found?
    ///
    /// Hardt, Price and Srebro, Equality of Opportunity in Supervised Learning, NeurIPS 2016; Fairlearn's
    /// `equal_opportunity_difference` with `between_groups`.
    case equalOpportunityDifference = "equal_opportunity_difference"
    /// The largest difference between groups' selection rates, whatever the labels.
    ///
    /// Fairlearn's `demographic_parity_difference` with `between_groups`.
    case demographicParityDifference = "demographic_parity_difference"

    /// The measure of a name.
    ///
    /// - Throws: `invalidArgument` with the nearest name.
    public static func named(_ name: String) throws -> FairnessMeasure {
        if let measure = FairnessMeasure(rawValue: name) { return measure }
        throw MartletError(
            .invalidArgument,
            "there is no fairness measure '\(name.prefix(60))'",
            hint: Suggestion.hint(for: name, among: allCases.map(\.rawValue))
        )
    }

    /// Judges a model.
    ///
    /// ```swift
    /// let judgement = try FairnessMeasure.equalOpportunityDifference.judge(
    ///     groups: origins, scores: scores, labels: labels, threshold: 0.3, minimum: 100)
    /// judgement.value     // 0.12, or nil with fewer than two groups that can be judged
    /// judgement.tooSmall  // groups that are listed and do not count
    /// ```
    ///
    /// - Parameters:
    ///   - groups: Each row's group; a row without one is a group of its own name, `(none)`.
    ///   - scores: The model's.
    ///   - labels: 0 or 1.
    ///   - threshold: A score of at least this counts as selected.
    ///   - minimum: Fewer positives than this (fewer rows, for demographic parity) are too few to judge a group by.
    /// - Throws: `invalidArgument` when lengths differ or a label is not 0 or 1.
    public func judge(
        groups: [String?],
        scores: [Double],
        labels: [Double],
        threshold: Double,
        minimum: Int = 30
    ) throws -> FairnessJudgement {
        try MetricInput.check(.accuracy, scores, labels)
        guard groups.count == scores.count else {
            throw MartletError(
                .invalidArgument,
                "there are \(groups.count) groups and \(scores.count) scores",
                hint: "give one group for each score"
            )
        }
        var tallies: [String: GroupRates] = [:]
        for row in groups.indices {
            let name = groups[row] ?? "(none)"
            tallies[name, default: GroupRates(group: name)].add(
                isPositive: labels[row] == 1,
                isSelected: scores[row] >= threshold
            )
        }
        let sorted = tallies.values.sorted { $0.count == $1.count ? $0.group < $1.group : $0.count > $1.count }
        return FairnessJudgement(measure: self, threshold: threshold, minimum: minimum, groups: sorted)
    }

    /// The rate that the measure compares; nil where a group has nobody to count.
    func rate(_ group: GroupRates) -> Double? {
        switch self {
        case .equalOpportunityDifference: group.truePositiveRate
        case .demographicParityDifference: group.selectionRate
        }
    }

    func size(_ group: GroupRates) -> Int {
        switch self {
        case .equalOpportunityDifference: group.positives
        case .demographicParityDifference: group.count
        }
    }
}

/// How a model treats one group.
public struct GroupRates: Sendable, Hashable {
    /// The group.
    public let group: String
    /// Its rows.
    public private(set) var count = 0
    /// Its rows with label 1.
    public private(set) var positives = 0
    /// Its rows whose score reaches the threshold.
    public private(set) var selected = 0
    /// Its rows with label 1 whose score reaches the threshold.
    public private(set) var truePositives = 0

    init(group: String) { self.group = group }

    mutating func add(isPositive: Bool, isSelected: Bool) {
        count += 1
        if isPositive { positives += 1 }
        if isSelected { selected += 1 }
        if isPositive && isSelected { truePositives += 1 }
    }

    /// Of the positives, the share that is selected.
    public var truePositiveRate: Double? { Self.share(truePositives, of: positives) }
    /// Of the negatives, the share that is selected.
    public var falsePositiveRate: Double? { Self.share(selected - truePositives, of: count - positives) }
    /// The share that is selected.
    public var selectionRate: Double? { Self.share(selected, of: count) }
    /// The share of positives.
    public var positiveRate: Double? { Self.share(positives, of: count) }

    private static func share(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }
}

/// What a ``FairnessMeasure`` found.
public struct FairnessJudgement: Sendable, Hashable {
    /// By which measure.
    public let measure: FairnessMeasure
    /// From which score on a row counts as selected.
    public let threshold: Double
    /// How many positives (rows, for demographic parity) a group needs.
    public let minimum: Int
    /// Every group, largest first, those too small to judge among them.
    public let groups: [GroupRates]

    /// Whether the group is large enough to count.
    public func isJudged(_ group: GroupRates) -> Bool { measure.size(group) >= max(1, minimum) }

    /// The rate of a group that the measure compares.
    public func rate(_ group: GroupRates) -> Double? { measure.rate(group) }

    /// The groups that count.
    public var judged: [GroupRates] { groups.filter(isJudged) }

    /// The groups that are too small to count.
    public var tooSmall: [GroupRates] { groups.filter { !isJudged($0) } }

    /// The largest rate minus the smallest over the groups that count; nil with fewer than two.
    public var value: Double? {
        let rates = judged.compactMap(measure.rate)
        guard rates.count > 1, let low = rates.min(), let high = rates.max() else { return nil }
        return high - low
    }
}
