#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How far two populations are apart that were counted into the same bins.
public enum Divergence {
    /// A bin's share is taken to be at least this: an empty bin would make PSI infinite.
    ///
    /// One in ten thousand is what the common implementations put in the place of zero (Evidently's `feel_zeroes`,
    /// mwburke/population-stability-index). Here it holds for every share, so that PSI does not jump when the first row
    /// enters an empty bin of a large window; shares are not scaled to one again. It bounds what a single bin can add:
    /// at most ln(10⁴) ≈ 9.2.
    public static let leastShare = 1e-4

    /// The population stability index: Σ (aᵢ − eᵢ) ln (aᵢ / eᵢ), the symmetric Kullback–Leibler divergence in nats.
    ///
    /// Below 0.1 nothing happened, above 0.25 much did, by the custom of credit scoring (Siddiqi, Credit Risk Scorecards,
    /// 2006). Without any drift it still is about (bins − 1) · (1/n + 1/m) on average (Yurdakul, Statistical Properties of
    /// Population Stability Index, 2018): judge no window of a few rows.
    ///
    /// - Parameters:
    ///   - expected: The reference's counts.
    ///   - actual: The other's counts in the same bins.
    /// - Returns: Nil when one of them is empty or the numbers of bins differ.
    public static func psi(expected: [UInt64], actual: [UInt64]) -> Double? {
        sum(expected, actual) { expected, actual in
            let expected = max(expected, leastShare)
            let actual = max(actual, leastShare)
            return (actual - expected) * log(actual / expected)
        }
    }

    /// The Jensen–Shannon divergence to base 2: from 0 (the same) to 1 (nothing in common).
    ///
    /// Lin, Divergence Measures Based on the Shannon Entropy, IEEE Transactions on Information Theory 37, 1991. Empty bins
    /// need no rule: they add what the limit says.
    ///
    /// - Returns: Nil when one of them is empty or the numbers of bins differ.
    public static func jensenShannon(_ first: [UInt64], _ second: [UInt64]) -> Double? {
        sum(first, second) { first, second in
            let middle = (first + second) / 2
            return (term(first, middle) + term(second, middle)) / 2
        }.map { min(max($0, 0), 1) }
    }

    /// The square root of the divergence, which is a metric (Endres and Schindelin, 2003): what SciPy's `jensenshannon` with
    /// `base=2` and Evidently's `jensenshannon` report.
    public static func jensenShannonDistance(_ first: [UInt64], _ second: [UInt64]) -> Double? {
        jensenShannon(first, second)?.squareRoot()
    }

    private static func term(_ share: Double, _ middle: Double) -> Double {
        share > 0 ? share * log2(share / middle) : 0
    }

    private static func sum(_ first: [UInt64], _ second: [UInt64], _ term: (Double, Double) -> Double) -> Double? {
        let (firstTotal, secondTotal) = (first.reduce(0, +), second.reduce(0, +))
        guard first.count == second.count, firstTotal > 0, secondTotal > 0 else { return nil }
        return zip(first, second).reduce(0) { sum, pair in
            sum + term(Double(pair.0) / Double(firstTotal), Double(pair.1) / Double(secondTotal))
        }
    }
}
