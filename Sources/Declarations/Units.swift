extension Duration {
    /// Reads a length of time: a number and one of `ms`, `s`, `m`, `h`, `d`, `w`; seconds without a unit.
    ///
    /// - Parameter spec: Such as `14d`.
    /// - Returns: `nil` for anything else, or what is negative or longer than a century.
    public init?(spec: String) {
        let digits = spec.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), number >= 0 else { return nil }
        let seconds: Double
        switch spec.dropFirst(digits.count) {
        case "ms": seconds = number / 1000
        case "", "s": seconds = number
        case "m": seconds = number * 60
        case "h": seconds = number * 3600
        case "d": seconds = number * 86_400
        case "w": seconds = number * 604_800
        default: return nil
        }
        guard seconds <= 3_153_600_000 else { return nil }
        self = .milliseconds(Int64((seconds * 1000).rounded()))
    }
}

/// Sizes as Kubernetes writes them.
public enum ByteCount {
    /// Reads a size: a whole number and one of `Ki`, `Mi`, `Gi`, `Ti` (powers of 1024) or `k`, `M`, `G`, `T` (powers of 1000).
    ///
    /// - Parameter text: Such as `4Gi`.
    /// - Returns: `nil` for anything else.
    public static func parse(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits) else { return nil }
        let factor: Int64
        switch text.dropFirst(digits.count) {
        case "": factor = 1
        case "k": factor = 1000
        case "M": factor = 1_000_000
        case "G": factor = 1_000_000_000
        case "T": factor = 1_000_000_000_000
        case "Ki": factor = 1 << 10
        case "Mi": factor = 1 << 20
        case "Gi": factor = 1 << 30
        case "Ti": factor = 1 << 40
        default: return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }
}
