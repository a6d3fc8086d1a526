import Basics

/// What the room counts for `/metrics`.
struct ServingMetrics: Sendable {
    private let requests: MetricFamily
    private let predictions: MetricFamily
    private let seconds: MetricFamily
    private let modelSeconds: MetricFamily
    private let nonFinite: MetricFamily

    init(_ registry: MetricsRegistry) {
        requests = registry.counter(
            "martlet_serving_requests_total",
            "Prediction requests, by deployment and outcome (ok, refused: the caller's mistake, failed).",
            labels: ["deployment", "outcome"]
        )
        predictions = registry.counter(
            "martlet_serving_predictions_total",
            "Rows predicted, by deployment and version.",
            labels: ["deployment", "version"]
        )
        seconds = registry.histogram(
            "martlet_serving_request_seconds",
            "Time to answer a prediction request, in seconds.",
            labels: ["deployment"]
        )
        modelSeconds = registry.histogram(
            "martlet_serving_model_seconds",
            "Time that the model itself took, in seconds.",
            labels: ["deployment"]
        )
        nonFinite = registry.counter(
            "martlet_serving_non_finite_total",
            "Numbers in answers that were NaN or infinite.",
            labels: ["deployment"]
        )
    }

    func answered(
        _ deployment: String,
        version: Int,
        rows: Int,
        nonFinite bad: Int,
        seconds total: Double,
        model: Double
    ) {
        requests.add(1, [deployment, "ok"])
        predictions.add(Double(rows), [deployment, String(version)])
        seconds.observe(total, [deployment])
        modelSeconds.observe(model, [deployment])
        if bad > 0 { nonFinite.add(Double(bad), [deployment]) }
    }

    /// Requests answered and failed, and rows predicted, over all deployments since the start.
    var totals: (requests: Double, failed: Double, predictions: Double) {
        (
            requests.total(where: { $0.last == "ok" }), requests.total(where: { $0.last == "failed" }),
            predictions.total(where: { _ in true })
        )
    }

    func refused(_ deployment: String) { requests.add(1, [deployment, "refused"]) }
    func failed(_ deployment: String) { requests.add(1, [deployment, "failed"]) }
}
