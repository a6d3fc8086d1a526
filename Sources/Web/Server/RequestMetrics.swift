import Basics

/// Counts and times of requests by route, for `/metrics`.
struct RequestMetrics: Sendable {
    private let requests: MetricFamily
    private let durations: MetricFamily

    init(_ registry: MetricsRegistry) {
        requests = registry.counter(
            "martlet_http_requests_total",
            "HTTP requests answered, by route and status class.",
            labels: ["route", "status"]
        )
        durations = registry.histogram(
            "martlet_http_request_seconds",
            "Time to answer an HTTP request, in seconds.",
            labels: ["route"]
        )
    }

    func record(route: String, status: Int, seconds: Double) {
        requests.add(1, [route, "\(status / 100)xx"])
        durations.observe(seconds, [route])
    }
}
