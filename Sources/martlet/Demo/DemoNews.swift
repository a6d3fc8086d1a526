import Basics

/// Tells what happens while it happens: the server's own events, those that a person wants to hear of.
struct DemoNews: Sendable {
    let client: Client
    let bar: ProgressBar

    private static let kinds = [
        "dataset_version.created", "dataset_version.waiting", "pipeline_run.created", "pipeline_run.finished",
        "model_version.registered", "promotion.decided", "deployment.switched", "deployment.ready",
        "deployment.failed", "alert.fired", "alert.resolved", "rollback.done",
    ]

    /// Tells until it is cancelled.
    func tell(after place: Int64) async throws {
        try await client.follow(after: place, kinds: Self.kinds) { event in
            bar.note(Self.line(event))
            return true
        }
    }

    static func line(_ event: ServerEvent) -> String {
        let day = Figure.day(event.eventTime)
        let time = event.eventTime == nil ? "          " : day
        var text = EventSentence.text(event)
        var word = event.kind.replacing("_", with: " ").replacing(".", with: " ")
        switch event.kind {
        case "promotion.decided":
            word = event.payload["decision"]?.string ?? "decided"
            text = PromotionSentence.text(event.payload)
        case "alert.fired": word = "alert"
        case "alert.resolved": word = "alert over"
        case "pipeline_run.created": word = "run"
        case "pipeline_run.finished": word = "run over"
        case "dataset_version.created": word = "data"
        case "dataset_version.waiting": word = "data waits"
        case "model_version.registered": word = "registered"
        case "deployment.switched": word = "switch"
        case "deployment.ready": word = "ready"
        default: break
        }
        let padded = word + String(repeating: " ", count: max(0, 10 - word.count))
        return "  \(Style.dim(time))  \(colour(event, padded))  \(text)"
    }

    private static func colour(_ event: ServerEvent, _ word: String) -> String {
        switch event.kind {
        case "promotion.decided":
            event.payload["decision"]?.string == "promoted" ? Style.good(word) : Style.warn(word)
        case "alert.fired", "deployment.failed", "dataset_version.waiting": Style.bad(word)
        case "alert.resolved", "deployment.ready": Style.good(word)
        case "pipeline_run.finished":
            event.payload["status"]?.string == "succeeded" ? word : Style.bad(word)
        default: word
        }
    }
}

/// A gate's decision in one line, with the figures that it rests on.
enum PromotionSentence {
    static func text(_ promotion: JSON) -> String {
        var text = "\(Figure.plain(promotion["model"])) version \(Figure.plain(promotion["version"]))"
        let checks = promotion["checks"]?.array ?? []
        if let compare = checks.first(where: { $0["kind"]?.string == "compare" }) {
            text += ": \(figures(compare))"
        }
        let failed = checks.filter { $0["passed"]?.bool == false && $0["kind"]?.string != "compare" }
        for check in failed { text += "; \(Figure.plain(check["message"] ?? check["name"]))" }
        return text
    }

    /// `auroc 0.671 → 0.711, 100.0 % sure`
    static func figures(_ compare: JSON) -> String {
        let metric = Figure.plain(compare["metric"])
        guard let challenger = compare["challenger"]?.double else { return Figure.plain(compare["message"]) }
        guard let champion = compare["champion"]?.double else {
            return "\(metric) \(Figure.fixed(challenger)), nobody to beat"
        }
        let sure = compare["confidence"]?.double.map { ", \(Figure.fixed($0 * 100, 1)) % sure" } ?? ""
        return "\(metric) \(Figure.fixed(champion)) → \(Figure.fixed(challenger))\(sure)"
    }
}
