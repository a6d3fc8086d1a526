/// How figures stand in sentences: the same everywhere, whatever the locale.
enum Figure {
    /// A number with four digits that count, without zeros at the end: `0.719`, `12.35`, `1250`.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : (value > 0 ? "infinity" : "-infinity") }
        let size = abs(value)
        if size >= 1e15 || (size > 0 && size < 1e-6) { return String(value) }
        var places = 4
        var bound = 1.0
        while places > 0, size >= bound {
            places -= 1
            bound *= 10
        }
        // Small numbers keep four digits that count.
        var floor = 0.1
        while size > 0, size < floor, places < 9 {
            places += 1
            floor /= 10
        }
        return fixed(value, places)
    }

    /// A number, or a dash for none.
    static func text(_ value: Double?) -> String { value.map { text($0) } ?? "–" }

    /// A share as per cent with one digit: `99.7 %`, `95 %`.
    static func percent(_ share: Double) -> String { "\(fixed(share * 100, 1)) %" }

    /// A count with commas: `12,345`.
    static func count(_ value: Int) -> String {
        var text = ""
        for (index, digit) in String(value.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + String(text.reversed())
    }

    /// `[0, 1]`.
    static func range(_ range: ClosedRange<Double>) -> String {
        "[\(text(range.lowerBound)), \(text(range.upperBound))]"
    }

    private static func fixed(_ value: Double, _ places: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = (abs(value) * Double(scale)).rounded()
        guard scaled < 9e18 else { return String(value) }
        let whole = Int64(scaled)
        let rest = String(whole % scale)
        var text = String(whole / scale)
        if places > 0 {
            var fraction = String(repeating: "0", count: places - rest.count) + rest
            while fraction.hasSuffix("0") { fraction.removeLast() }
            if !fraction.isEmpty { text += "." + fraction }
        }
        return value < 0 && whole != 0 ? "-" + text : text
    }
}
