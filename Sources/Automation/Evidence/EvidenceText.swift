import Basics

/// The evidence as lines for a terminal: the same document, told from the answer back to the data.
enum EvidenceText {
    /// The answer in one sentence.
    static func summary(_ document: JSON) -> String {
        let model = document["model_version"]
        let version = model.map { "version \(plain($0["version"])) of \(plain($0["name"]))" } ?? "an unknown version"
        var text: String
        if let prediction = document["prediction"] {
            let score =
                (prediction["score"]?.double ?? prediction["output"]?.double).map { " \(Figure.text($0))" } ?? ""
            text = "The answer\(score) came from \(version)"
        } else if model != nil {
            text = version.prefix(1).uppercased() + version.dropFirst()
        } else {
            return "The evidence for \(plain(document["address"]))"
        }
        guard let promotion = document["promotion"], let decision = promotion["decision"]?.string else { return text }
        text += document["prediction"] == nil ? " was \(decision)" : ", \(decision)"
        if let actor = promotion["actor"]?.string { text += " by \(actor)" }
        return text
    }

    /// The whole document.
    static func render(_ document: JSON) -> String {
        var lines = [document["summary"]?.string ?? plain(document["address"]), ""]
        for (key, title) in sections {
            guard let value = document[key], !value.isNull else { continue }
            switch value {
            case .array(let items):
                if items.isEmpty { continue }
                lines.append(title)
                for item in items { lines.append("  " + line(item, of: key)) }
            case .object:
                lines.append(title)
                lines += fields(value, of: key).map { "  \($0)" }
            case .null, .bool, .int, .double, .string: lines.append("\(title): \(plain(value))")
            }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }

    private static let sections = [
        ("prediction", "Prediction"), ("deployment", "Deployment"), ("model_version", "Model version"),
        ("promotion", "Gate decision"), ("approval", "Approval"), ("run", "MLflow run"),
        ("pipeline_run", "Pipeline run"), ("steps", "Step attempts"), ("datasets", "Data"), ("code", "Code"),
        ("environment", "Environment"), ("missing", "Missing"),
    ]

    private static func fields(_ value: JSON, of key: String) -> [String] {
        guard let object = value.object else { return [plain(value)] }
        var lines: [String] = []
        for (name, field) in object where !field.isNull {
            switch (key, name, field) {
            case ("promotion", "checks", .array(let checks)):
                for check in checks {
                    lines.append("\(check["passed"]?.bool == true ? "passed" : "FAILED")  \(plain(check["message"]))")
                }
            case (_, _, .object(let inner)):
                if inner.isEmpty { continue }
                let short = inner.prefix(12).filter { !isDeep($0.1) }.map { "\($0.0)=\(plain($0.1))" }
                if !short.isEmpty { lines.append("\(padded(name)) \(short.joined(separator: " "))") }
            case (_, _, .array(let items)):
                let short = items.filter { !isDeep($0) }.prefix(12).map(plain)
                if !short.isEmpty { lines.append("\(padded(name)) \(short.joined(separator: ", "))") }
            default: lines.append("\(padded(name)) \(plain(field))")
            }
        }
        return lines
    }

    private static func line(_ item: JSON, of key: String) -> String {
        let wanted =
            switch key {
            case "steps": ["name", "status", "attempt", "seconds", "cached", "error"]
            case "datasets": ["address", "digest", "rows", "status"]
            default: ["what", "why"]
            }
        if key == "missing" { return "\(plain(item["what"])): \(plain(item["why"]))" }
        return wanted.compactMap { name in
            guard let value = item[name], !value.isNull else { return nil }
            return name == wanted.first ? plain(value) : "\(name)=\(plain(value))"
        }.joined(separator: "  ")
    }

    private static func isDeep(_ value: JSON) -> Bool { value.array != nil || value.object != nil }

    private static func padded(_ name: String) -> String {
        name + String(repeating: " ", count: max(1, 16 - name.count))
    }

    private static func plain(_ value: JSON?) -> String {
        switch value {
        case .string(let text): text
        case .double(let number): Figure.text(number)
        case .some(let value): value.text()
        case nil: "–"
        }
    }
}
