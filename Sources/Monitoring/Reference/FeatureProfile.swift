import Basics

/// How a feature was distributed in the reference: its bins, and how many rows fell into each.
struct FeatureProfile: Sendable, Hashable {
    enum Bins: Sendable, Hashable {
        case number(NumericBins)
        case category(CategoryBins)

        var count: Int {
            switch self {
            case .number(let bins): bins.count
            case .category(let bins): bins.count
            }
        }
    }

    let name: String
    let bins: Bins
    let counts: [UInt64]
    let nulls: UInt64

    var rows: UInt64 { counts.reduce(nulls, +) }
    var nullShare: Double { rows == 0 ? 0 : Double(nulls) / Double(rows) }

    var json: JSON {
        var json: JSON = [
            "name": .string(name), "counts": .array(counts.map { .int(Int64(clamping: $0)) }),
            "nulls": .int(Int64(clamping: nulls)),
        ]
        switch bins {
        case .number(let bins):
            json["edges"] = .array(bins.edges.map { .double($0) })
            json["min"] = .double(bins.minimum)
            json["max"] = .double(bins.maximum)
        case .category(let bins):
            json["categories"] = JSON(bins.categories)
            json["others"] = .bool(bins.hasOthers)
        }
        return json
    }

    init(name: String, bins: Bins, counts: [UInt64], nulls: UInt64) {
        self.name = name
        self.bins = bins
        self.counts = counts
        self.nulls = nulls
    }

    init(json: JSON) throws {
        guard let name = json["name"]?.string, let counts = json["counts"]?.array, let nulls = json["nulls"]?.int else {
            throw PackedReader.damaged
        }
        self.name = name
        self.counts = counts.map { UInt64(max(0, $0.int ?? 0)) }
        self.nulls = UInt64(max(0, nulls))
        if let categories = json["categories"]?.array {
            bins = .category(
                CategoryBins(categories.compactMap(\.string), hasOthers: json["others"]?.bool ?? false)
            )
        } else if let edges = json["edges"]?.array, let low = Self.number(json["min"]),
            let high = Self.number(json["max"])
        {
            bins = .number(NumericBins(quantiles: edges.compactMap(Self.number), minimum: low, maximum: high))
        } else {
            throw PackedReader.damaged
        }
        guard self.counts.count == bins.count else { throw PackedReader.damaged }
    }

    /// A number, or an infinity, which JSON writes as a text.
    private static func number(_ json: JSON?) -> Double? { json?.double ?? json?.string.flatMap { Double($0) } }
}
