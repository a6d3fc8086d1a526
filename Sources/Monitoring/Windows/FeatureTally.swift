import Basics

/// What a window has seen of a feature.
struct FeatureTally: Sendable, Hashable {
    var bins: [UInt64]
    var nulls: UInt64 = 0
    var outOfRange: UInt64 = 0

    init(bins: Int) { self.bins = [UInt64](repeating: 0, count: bins) }

    var rows: UInt64 { bins.reduce(nulls, +) }

    /// Counts some rows of a column; a column of a kind that the bins do not suit is not counted.
    mutating func add(_ column: TableColumn, _ rows: Range<Int>, _ profile: FeatureProfile) {
        switch profile.bins {
        case .number(let bins):
            // One loop a type: a closure or a switch a value would cost more than the counting.
            switch column.values {
            case .double(let values): add(values, column.validity, rows, bins)
            case .float(let values): add(values, column.validity, rows, bins)
            case .long(let values): add(values, column.validity, rows, bins)
            case .integer(let values): add(values, column.validity, rows, bins)
            case .boolean, .datetime:
                for row in rows { add(column.double(row) ?? .nan, bins) }
            case .string: break
            }
        case .category(let bins):
            if case .string(let values) = column.values {
                for row in rows { add(column.validity[row] ? values[row] : nil, bins) }
            } else {
                for row in rows { add(column.text(row), bins) }
            }
        }
    }

    private mutating func add(_ values: [Double], _ validity: Validity, _ rows: Range<Int>, _ bins: NumericBins) {
        for row in rows { add(validity[row] ? values[row] : .nan, bins) }
    }

    private mutating func add(_ values: [Float], _ validity: Validity, _ rows: Range<Int>, _ bins: NumericBins) {
        for row in rows { add(validity[row] ? Double(values[row]) : .nan, bins) }
    }

    private mutating func add(
        _ values: [some FixedWidthInteger],
        _ validity: Validity,
        _ rows: Range<Int>,
        _ bins: NumericBins
    ) {
        for row in rows { add(validity[row] ? Double(values[row]) : .nan, bins) }
    }

    @inline(__always)
    private mutating func add(_ value: Double, _ bins: NumericBins) {
        guard !value.isNaN else {
            nulls += 1
            return
        }
        self.bins[bins.index(of: value)] += 1
        if bins.isOutOfRange(value) { outOfRange += 1 }
    }

    @inline(__always)
    private mutating func add(_ value: String?, _ bins: CategoryBins) {
        guard let value else {
            nulls += 1
            return
        }
        let bin = bins.index(of: value)
        self.bins[bin] += 1
        if bins.isUnseen(bin: bin) { outOfRange += 1 }
    }

    mutating func merge(_ other: FeatureTally) {
        guard other.bins.count == bins.count else { return }
        for bin in bins.indices { bins[bin] += other.bins[bin] }
        nulls += other.nulls
        outOfRange += other.outOfRange
    }
}
