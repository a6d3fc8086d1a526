public import Basics

extension Serving {
    /// Requests and predictions over all deployments since the server's start, for the dashboard.
    public func counters() -> JSON {
        let totals = metrics.totals
        return [
            "requests": .int(Int64(totals.requests)), "predictions": .int(Int64(totals.predictions)),
            "failed": .int(Int64(totals.failed)),
        ]
    }
}
