import Basics

/// How far the replay has come, and what it counted.
struct DemoProgress: Sendable {
    /// The month that is being lived, such as `2013-04`.
    var month = ""
    /// How many of its hours are over.
    var hours = 0
    var requests: Int64 = 0
    var failed: Int64 = 0
    var predictions: Int64 = 0
    var actuals: Int64 = 0
    /// Seconds spent so far, of all runs of the demo.
    var seconds = 0.0
    /// A real prediction, to ask about at the end.
    var prediction: String?
    var firstFailure: String?

    init() {}

    init(json: JSON) {
        month = json["month"]?.string ?? ""
        hours = json["hours"]?.int.map { Int($0) } ?? 0
        requests = json["requests"]?.int ?? 0
        failed = json["failed"]?.int ?? 0
        predictions = json["predictions"]?.int ?? 0
        actuals = json["actuals"]?.int ?? 0
        seconds = json["seconds"]?.double ?? 0
        prediction = json["prediction"]?.string
        firstFailure = json["first_failure"]?.string
    }

    var json: JSON {
        [
            "month": .string(month), "hours": JSON(hours), "requests": .int(requests), "failed": .int(failed),
            "predictions": .int(predictions), "actuals": .int(actuals), "seconds": .double(seconds),
            "prediction": JSON(prediction), "first_failure": JSON(firstFailure),
        ]
    }
}
