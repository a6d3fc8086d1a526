/// Random numbers that are the same on every machine for the same seed: a decision that drew lots can be computed again.
///
/// xoshiro256** by David Blackman and Sebastiano Vigna (prng.di.unimi.it, "Scrambled Linear Pseudorandom Number
/// Generators", 2021), its state filled by splitmix64 as its authors advise. Not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    /// Starts the sequence of a seed.
    public init(seed: UInt64) {
        var state = seed
        func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        (a, b, c, d) = (next(), next(), next(), next())
    }

    /// The next 64 bits.
    @inline(__always)
    public mutating func next() -> UInt64 {
        let scrambled = b &* 5
        let result = ((scrambled << 7) | (scrambled >> 57)) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = (d << 45) | (d >> 19)
        return result
    }

    /// A whole number from 0 up to, not including, a bound: the high half of a product (Lemire 2019, arXiv:1805.10941).
    ///
    /// The rejection step is left out: the bias is below `bound` / 2^64.
    @inline(__always)
    mutating func next(below bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number from 0 up to, not including, 1, with 53 random bits.
    @inline(__always)
    mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
