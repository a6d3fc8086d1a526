/// Quantiles of what fits in memory; what does not is DuckDB's.
public enum Quantile {
    /// The quantile by linear interpolation between the nearest two values: type 7 of Hyndman and Fan (The American
    /// Statistician 50, 1996), the default of NumPy and R.
    ///
    /// - Parameters:
    ///   - share: From 0 to 1.
    ///   - values: In ascending order; at least one, else the answer is NaN.
    public static func linear(_ share: Double, ofSorted values: [Double]) -> Double {
        guard let last = values.last else { return .nan }
        let place = min(max(share, 0), 1) * Double(values.count - 1)
        let low = Int(place)
        guard low + 1 < values.count else { return last }
        return values[low] + (place - Double(low)) * (values[low + 1] - values[low])
    }

    /// The smallest value that at least `share` of the values do not exceed: type 1, always one of the values, as DuckDB's
    /// `quantile_disc` has it.
    public static func discrete(_ share: Double, ofSorted values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let rank = Int((share * Double(values.count)).rounded(.up))
        return values[min(max(rank - 1, 0), values.count - 1)]
    }
}
