public import Basics

/// What came true for a prediction.
public struct Actual: Sendable, Hashable {
    /// Which predictions it is about.
    public enum Target: Sendable, Hashable {
        /// One prediction, by its id `P-i`.
        case prediction(String)
        /// All predictions of the deployment that carry this correlation key.
        case correlation(String)

        /// The id or key.
        public var name: String {
            switch self {
            case .prediction(let name), .correlation(let name): name
            }
        }
    }

    /// Which predictions it is about.
    public var target: Target
    /// The value: 0 or 1 for a classifier, any finite number else.
    public var value: Double
    /// When it came true.
    public var time: Timestamp
    /// Whether it may take the place of another value.
    public var replace: Bool

    /// Makes one.
    public init(_ target: Target, value: Double, time: Timestamp, replace: Bool = false) {
        self.target = target
        self.value = value
        self.time = time
        self.replace = replace
    }

    /// Reads `{"prediction_id" | "correlation_id": …, "actual": number, true or false, "time": ISO 8601?, "replace": bool?}`.
    ///
    /// - Throws: `invalidArgument` that names the item.
    init(_ json: JSON, _ index: Int, now: Timestamp, replace: Bool) throws {
        guard let object = json.object else {
            throw MartletError(.invalidArgument, "items[\(index)] is \(json.kind)", hint: "each item is an object")
        }
        let known = ["prediction_id", "correlation_id", "actual", "time", "replace"]
        if let stranger = object.keys.first(where: { !known.contains($0) }) {
            throw MartletError(
                .invalidArgument,
                "items[\(index)] has an unknown field '\(stranger.prefix(60))'",
                hint: Suggestion.hint(for: stranger, among: known)
            )
        }
        switch (object["prediction_id"], object["correlation_id"]) {
        case (.string(let id)?, nil): target = .prediction(id)
        case (nil, .string(let key)?): target = .correlation(key)
        default:
            throw MartletError(
                .invalidArgument,
                "items[\(index)] does not say which prediction it is about",
                hint: "give either 'prediction_id' or 'correlation_id', a text"
            )
        }
        switch object["actual"] {
        case .bool(let truth)?: value = truth ? 1 : 0
        case .int(let number)?: value = Double(number)
        case .double(let number)? where number.isFinite: value = number
        case let other:
            throw MartletError(
                .invalidArgument,
                "items[\(index)].actual is \(other.map(\.kind) ?? "missing")",
                hint: "a finite number, true or false"
            )
        }
        let given = object["time"] ?? .null
        guard let parsed = given.isNull ? now : given.string.flatMap(Timestamp.init(iso8601:)) else {
            throw MartletError(
                .invalidArgument,
                "items[\(index)].time is not a time",
                hint: "ISO 8601, in UTC if no zone"
            )
        }
        time = parsed
        self.replace = object["replace"]?.bool ?? replace
    }
}

/// What became of some actuals.
public struct ActualsReport: Sendable, Hashable {
    /// An actual that says other than the one that is stored.
    public struct Conflict: Sendable, Hashable {
        /// The id or key.
        public let name: String
        /// What is stored.
        public let stored: Double
        /// What was given.
        public let given: Double
    }

    /// How many were stored.
    public internal(set) var accepted = 0
    /// Those whose prediction is not (yet) in the log.
    public internal(set) var unknown: [String] = []
    /// Those that say what is stored already: nothing was changed.
    public internal(set) var duplicates: [String] = []
    /// Those that say otherwise, and do not ask to replace: nothing was changed.
    public internal(set) var conflicts: [Conflict] = []
    /// Correlation keys that several rows of one request share: give prediction ids instead.
    public internal(set) var ambiguous: [String] = []

    /// The report as the API shows it.
    public var json: JSON {
        [
            "accepted": JSON(accepted), "unknown": JSON(unknown), "duplicates": JSON(duplicates),
            "conflicts": .array(
                conflicts.map {
                    ["id": .string($0.name), "stored": .double($0.stored), "given": .double($0.given)]
                }
            ),
            "ambiguous": JSON(ambiguous),
        ]
    }
}
