import Synchronization

/// Counters, gauges and histograms in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats).
public final class MetricsRegistry: Sendable {
    private let families = Mutex<[String: MetricFamily]>([:])

    /// Makes an empty registry.
    public init() {}

    /// A number that only grows.
    public func counter(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        family(name, help, labels, .counter)
    }

    /// A number that goes up and down.
    public func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        family(name, help, labels, .gauge)
    }

    /// Observations counted in buckets, for quantiles of time.
    public func histogram(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        family(name, help, labels, .histogram)
    }

    /// All families as text.
    public func text() -> String {
        let all = families.withLock { $0.values.sorted { $0.name < $1.name } }
        return all.map { $0.text() }.joined()
    }

    private func family(_ name: String, _ help: String, _ labels: [String], _ kind: MetricFamily.Kind) -> MetricFamily {
        families.withLock { families in
            if let known = families[name] { return known }
            let family = MetricFamily(name: name, help: help, labels: labels, kind: kind)
            families[name] = family
            return family
        }
    }
}

/// The series of one metric name, one for each combination of label values.
public final class MetricFamily: Sendable {
    enum Kind: String, Sendable { case counter, gauge, histogram }

    private struct Series {
        var value = 0.0
        var count = 0
        var buckets: [Int] = []
    }

    /// Upper bounds in seconds: 50 µs to 10 s.
    private static let bounds = [
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// Label values come from routes and names; this many combinations are kept and no more.
    private static let seriesLimit = 5000

    let name: String
    private let help: String
    private let labels: [String]
    private let kind: Kind
    private let series = Mutex<[[String]: Series]>([:])

    init(name: String, help: String, labels: [String], kind: Kind) {
        self.name = name
        self.help = help
        self.labels = labels
        self.kind = kind
    }

    /// Adds to a counter or gauge.
    public func add(_ amount: Double, _ labels: [String] = []) { change(labels) { $0.value += amount } }

    /// The sum of a counter's or gauge's series whose label values are wanted.
    public func total(where isWanted: ([String]) -> Bool) -> Double {
        series.withLock { series in series.reduce(0) { isWanted($1.key) ? $0 + $1.value.value : $0 } }
    }

    /// Sets a gauge.
    public func set(_ value: Double, _ labels: [String] = []) { change(labels) { $0.value = value } }

    /// Counts an observation of a histogram.
    public func observe(_ value: Double, _ labels: [String] = []) {
        change(labels) { series in
            if series.buckets.isEmpty { series.buckets = Array(repeating: 0, count: Self.bounds.count) }
            if let bucket = Self.bounds.firstIndex(where: { value <= $0 }) { series.buckets[bucket] += 1 }
            series.value += value
            series.count += 1
        }
    }

    private func change(_ labels: [String], _ body: (inout Series) -> Void) {
        series.withLock { series in
            guard series.count < Self.seriesLimit || series[labels] != nil else { return }
            body(&series[labels, default: Series()])
        }
    }

    func text() -> String {
        let all = series.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        var text = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for (values, series) in all {
            switch kind {
            case .counter, .gauge: text += "\(name)\(braces(values)) \(number(series.value))\n"
            case .histogram:
                var total = 0
                for (bound, count) in zip(Self.bounds, series.buckets) {
                    total += count
                    text += "\(name)_bucket\(braces(values, le: number(bound))) \(total)\n"
                }
                text += "\(name)_bucket\(braces(values, le: "+Inf")) \(series.count)\n"
                text +=
                    "\(name)_sum\(braces(values)) \(number(series.value))\n\(name)_count\(braces(values)) \(series.count)\n"
            }
        }
        return text
    }

    private func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }

    private func braces(_ values: [String], le: String? = nil) -> String {
        var pairs = zip(labels, values).map { label, value in
            "\(label)=\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\""
        }
        if let le { pairs.append("le=\"\(le)\"") }
        return pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    }
}
