import Basics

/// The name of a prediction: the request's id and the row, `P-i`.
struct PredictionID: Hashable {
    let batch: String
    let row: Int

    /// - Returns: Nil for what cannot be one.
    init?(_ text: String) {
        guard text.utf8.count <= 128, let dash = text.lastIndex(of: "-") else { return nil }
        let digits = text[text.index(after: dash)...]
        guard let row = Int(digits), row >= 0, !digits.hasPrefix("+"), dash != text.startIndex else { return nil }
        batch = String(text[..<dash])
        self.row = row
    }
}
