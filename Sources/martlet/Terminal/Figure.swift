import Basics

/// Numbers, sizes and times as people read them.
enum Figure {
    /// A number with a fixed count of digits behind the point.
    static func fixed(_ value: Double, _ digits: Int = 3) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = Int64((abs(value) * scale).rounded())
        let whole = rounded / Int64(scale)
        let rest = String(rounded % Int64(scale))
        let sign = value < 0 && rounded != 0 ? "-" : ""
        return digits == 0
            ? "\(sign)\(whole)" : "\(sign)\(whole).\(String(repeating: "0", count: digits - rest.count))\(rest)"
    }

    /// A number of a document; a dash where there is none.
    static func fixed(_ value: JSON?, _ digits: Int = 3) -> String { value?.double.map { fixed($0, digits) } ?? "–" }

    /// A whole number with a comma each three digits.
    static func count(_ value: Int64) -> String {
        var text = ""
        for (place, digit) in String(abs(value)).reversed().enumerated() {
            if place > 0, place % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + String(text.reversed())
    }

    static func count(_ value: JSON?) -> String { value?.int.map { count($0) } ?? "–" }

    /// A size such as `3.4 MiB`.
    static func bytes(_ value: Int64) -> String {
        var size = Double(value)
        for unit in ["bytes", "KiB", "MiB", "GiB"] {
            if size < 1024 { return unit == "bytes" ? "\(value) bytes" : "\(fixed(size, 1)) \(unit)" }
            size /= 1024
        }
        return "\(fixed(size, 1)) TiB"
    }

    /// A time span such as `0.4 s` or `3 min 12 s`.
    static func seconds(_ value: Double) -> String {
        if value < 10 { return "\(fixed(value, 1)) s" }
        if value < 60 { return "\(fixed(value, 0)) s" }
        let whole = Int(value.rounded())
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
    }

    /// The value of a document as a person writes it; a dash where there is none.
    static func plain(_ value: JSON?) -> String {
        switch value {
        case .string(let text): text
        case .double(let number): fixed(number, 4)
        case .null, nil: "–"
        case .some(let value): value.text()
        }
    }

    /// The day of a time as the API writes it.
    static func day(_ text: String?) -> String { text.map { String($0.prefix(10)) } ?? "–" }

    /// Day and minute of a time as the API writes it.
    static func minute(_ text: String?) -> String {
        text.map { String($0.prefix(16)).replacing("T", with: " ") } ?? "–"
    }
}
