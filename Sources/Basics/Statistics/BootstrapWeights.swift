#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How often each row is drawn when as many rows are drawn with replacement as there are.
///
/// The counts of n draws from n rows are multinomial. Drawing n row numbers and counting them touches memory at random;
/// here most of the counts come in order instead: independent Poisson counts, *given their sum*, are multinomial (Feller,
/// An Introduction to Probability Theory, vol. 1, VI.10), so Poisson counts of a rate slightly below one (one sum
/// in a thousand exceeds n and is drawn again) and the few draws still missing, one by one, are exactly it.
struct BootstrapWeights {
    private static let bits = 12
    /// In the table: the bits at hand do not decide; draw more.
    private static let undecided: UInt8 = 255

    private let count: Int
    private let cumulative: [Double]
    private let table: [UInt8]
    private var generator: SeededGenerator

    init(count: Int, seed: UInt64) {
        self.count = count
        generator = SeededGenerator(seed: seed)
        // Three standard deviations below one: about one sum in a thousand is too large.
        let rate = max(0, 1 - 3 / Double(max(count, 1)).squareRoot())
        var cumulative: [Double] = []
        var term = exp(-rate)
        var sum = term
        while cumulative.count < 40 {
            cumulative.append(sum)
            term *= rate / Double(cumulative.count)
            sum += term
        }
        self.cumulative = cumulative
        let cells = 1 << Self.bits
        table = (0..<cells).map { cell in
            let low = Self.quantile(cumulative, Double(cell) / Double(cells))
            let high = Self.quantile(cumulative, (Double(cell) + 1) / Double(cells) - 0x1p-53)
            return low == high ? low : Self.undecided
        }
    }

    private static func quantile(_ cumulative: [Double], _ share: Double) -> UInt8 {
        UInt8(cumulative.firstIndex { share < $0 } ?? cumulative.count)
    }

    /// Draws a replicate; the weights' sum is the number of rows.
    mutating func draw(into weights: UnsafeMutableBufferPointer<UInt8>) {
        var drawn = count + 1
        while drawn > count { drawn = drawPoisson(into: weights) }
        for _ in drawn..<count { weights[generator.next(below: count)] &+= 1 }
    }

    private mutating func drawPoisson(into weights: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var generator = self.generator
        defer { self.generator = generator }
        return table.withUnsafeBufferPointer { table in
            var sum = 0
            var row = 0
            while row < count {
                var word = generator.next()
                // Five counts a word: 60 of its 64 bits.
                let end = min(row + 5, count)
                while row < end {
                    let cell = Int(truncatingIfNeeded: word & ((1 << UInt64(Self.bits)) - 1))
                    word >>= UInt64(Self.bits)
                    var weight = table[cell]
                    if weight == Self.undecided {
                        let share = (Double(cell) + generator.nextUnit()) / Double(table.count)
                        weight = Self.quantile(cumulative, share)
                    }
                    weights[row] = weight
                    sum &+= Int(weight)
                    row &+= 1
                }
            }
            return sum
        }
    }
}
