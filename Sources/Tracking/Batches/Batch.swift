import Basics

/// What one call logs to a run.
struct Batch: Sendable {
    var run: String
    var metrics: [MetricPoint] = []
    var params: [KeyValue] = []
    var tags: [KeyValue] = []

    private static let limits = (metrics: 1000, params: 100, tags: 100, all: 1000)

    /// Checks limits and names, and cuts values that are too long, as MLflow does.
    func checked() throws -> Batch {
        try Self.check("metrics", metrics.count, Self.limits.metrics)
        try Self.check("params", params.count, Self.limits.params)
        try Self.check("tags", tags.count, Self.limits.tags)
        try Self.check("metrics, params, and tags", metrics.count + params.count + tags.count, Self.limits.all)
        var batch = self
        for (index, metric) in metrics.enumerated() { try Names.check(metric: metric, path: "metrics[\(index)].") }
        for (index, param) in params.enumerated() {
            batch.params[index] = try Names.checked(param: param, path: "params[\(index)].")
        }
        for (index, tag) in tags.enumerated() {
            try Names.check(tag: tag, path: "tags[\(index)]")
            batch.tags[index].value = Names.cut(tag.value, Names.tagLimit)
        }
        var seen: Set<String> = []
        let twice = params.map(\.key).filter { !seen.insert($0).inserted }
        guard twice.isEmpty else {
            throw MartletError(
                .invalidArgument,
                "Duplicate parameter keys have been submitted: [\(twice.map { "'\($0)'" }.joined(separator: ", "))]. Please ensure the request contains only one param value per param key."
            )
        }
        return batch
    }

    private static func check(_ name: String, _ count: Int, _ limit: Int) throws {
        guard count > limit else { return }
        throw MartletError(
            .invalidArgument,
            "A batch logging request can contain at most \(limit) \(name). Got \(count) \(name). Please split up \(name) across multiple requests and try again."
        )
    }
}

extension Names {
    static func check(metric: MetricPoint, path: @autoclosure () -> String = "") throws {
        guard !metric.key.isEmpty else {
            throw ProtocolError.invalid("\(path())name", "", "Metric name cannot be None. A key name must be provided.")
        }
        try check(key: metric.key, path: "\(path())name", lengthPath: "Metric name")
        guard metric.timestamp.milliseconds >= 0 else {
            throw ProtocolError.invalid(
                "\(path())timestamp",
                .int(metric.timestamp.milliseconds),
                "metric '\(metric.key)' (value=\(metric.value)). Timestamp must be a nonnegative long (64-bit integer) "
            )
        }
    }

    static func checked(param: KeyValue, path: @autoclosure () -> String = "") throws -> KeyValue {
        guard !param.key.isEmpty else {
            throw ProtocolError.invalid("\(path())key", "", "A key name must be provided.")
        }
        try check(key: param.key, path: "\(path())key", lengthPath: "Param key")
        return KeyValue(key: param.key, value: cut(param.value, paramLimit))
    }

    static func check(tag: KeyValue, path: String) throws { try check(key: tag.key, path: "\(path).key") }

    /// The first characters of a text: long values are cut, not refused.
    static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
    }
}
