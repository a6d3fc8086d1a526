/// Numbers that a short loop in any language makes the same way: the facts below were computed from them by scikit-learn.
func sample(_ count: Int, seed: Int) -> [Double] {
    var state = seed
    return (0..<count).map { _ in
        state = (state * 1_103_515_245 + 12_345) % (1 << 31)
        return Double(state) / Double(1 << 31)
    }
}

/// 500 rows with labels, scores with many ties (0 and 1 among them) and two models of nearly the same quality.
struct Sample {
    let labels: [Double]
    let tied: [Double]
    let smooth: [Double]
    let champion: [Double]
    let challenger: [Double]

    init() {
        let (u, v) = (sample(500, seed: 42), sample(500, seed: 7))
        labels = zip(u, v).map { $0 + 0.8 * $1 > 1 ? 1 : 0 }
        tied = u.map { ($0 * 20).rounded(.toNearestOrEven) / 20 }
        smooth = v
        champion = zip(v, sample(500, seed: 5)).map { 0.45 * $0 + 0.55 * $1 }
        challenger = zip(v, sample(500, seed: 99)).map { 0.45 * $0 + 0.55 * $1 }
    }
}

func isClose(_ value: Double?, _ expected: Double, within tolerance: Double = 1e-12) -> Bool {
    value.map { abs($0 - expected) <= tolerance * max(1, abs(expected)) } ?? false
}
