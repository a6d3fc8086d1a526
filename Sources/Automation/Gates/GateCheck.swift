import Basics

/// One gate and what it found.
struct GateCheck: Sendable, Hashable {
    /// What kind of gate.
    enum Kind: String, Sendable, Hashable {
        case compare, require, latency, plausibility, fairness
        /// The version could not be measured at all.
        case evaluation
        /// A person decided without the gates.
        case override
    }

    var name: String
    var kind: Kind
    var passed: Bool
    var message: String
    var metric: String?
    var champion: Double?
    var challenger: Double?
    var confidence: Double?
    /// What the figure is, for gates that have one of their own.
    var value: Double?
    var threshold: Double?
    var groups: [JudgedGroup]?

    /// The check as the API and the decision's document show it.
    var json: JSON {
        var json: JSON = ["name": .string(name), "kind": .string(kind.rawValue), "passed": .bool(passed)]
        if let metric { json["metric"] = .string(metric) }
        for (key, figure) in [
            ("champion", champion), ("challenger", challenger), ("confidence", confidence), ("value", value),
            ("threshold", threshold),
        ] {
            if let figure { json[key] = .double(figure) }
        }
        if let groups { json["groups"] = .array(groups.map(\.json)) }
        json["message"] = .string(message)
        return json
    }
}

/// A group and whether it was large enough to be judged.
struct JudgedGroup: Sendable, Hashable {
    var figure: GroupFigure
    var judged: Bool

    var json: JSON {
        [
            "group": .string(figure.group), "n": JSON(figure.counted), "value": JSON(figure.value),
            "judged": .bool(judged),
        ]
    }
}
