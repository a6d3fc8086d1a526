/// Recognises texts that look like personal data.
enum PersonalData: String, CaseIterable {
    case email = "an e-mail address"
    case phone = "a phone number"
    case iban = "an IBAN"
    case creditCard = "a credit card number"

    /// The regular expression (RE2) of texts that may be one; where a checksum exists, it decides.
    var pattern: String {
        switch self {
        case .email: #"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}\b"#
        // With a country code, or in groups as it is written in North America. Bare digits are too often something else.
        case .phone: #"(\+[0-9][0-9 ()./-]{6,18}[0-9])|(\(?\b[0-9]{3}\)?[-. ][0-9]{3}[-. ][0-9]{4}\b)"#
        case .iban: #"\b[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){2,7}( ?[A-Z0-9]{1,4})?\b"#
        case .creditCard: #"\b[0-9](?:[ -]?[0-9]){12,18}\b"#
        }
    }

    /// Whether a text that the pattern found is one.
    func confirms(_ text: String) -> Bool {
        switch self {
        case .email: return true
        case .phone:
            let digits = text.filter(\.isNumber).count
            return (8...15).contains(digits)
        case .iban: return Self.isIBAN(text)
        case .creditCard: return Self.isCardNumber(text)
        }
    }

    /// ISO 13616: the number made of the rearranged text leaves 1 when divided by 97.
    static func isIBAN(_ text: String) -> Bool {
        let plain = Array(text.utf8.filter { $0 != 0x20 })
        guard (15...34).contains(plain.count) else { return false }
        var remainder = 0
        for byte in plain[4...] + plain[..<4] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): remainder = (remainder * 10 + Int(byte - 0x30)) % 97
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): remainder = (remainder * 100 + Int(byte - 0x37)) % 97
            default: return false
            }
        }
        return remainder == 1
    }

    /// ISO 7812: the sum of the digits, every second one from the right doubled, divides by 10.
    static func isCardNumber(_ text: String) -> Bool {
        let digits = text.utf8.compactMap { (0x30...0x39).contains($0) ? Int($0 - 0x30) : nil }
        guard (13...19).contains(digits.count), Set(digits).count > 1, (2...6).contains(digits[0]) else { return false }
        var sum = 0
        for (position, digit) in digits.reversed().enumerated() {
            let doubled = position % 2 == 1 ? digit * 2 : digit
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }
}
