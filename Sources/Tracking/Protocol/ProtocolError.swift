package import Basics

/// Errors in the words that MLflow's clients know.
package enum ProtocolError {
    /// A parameter that must be there is not.
    package static func missing(_ name: String) -> MartletError {
        MartletError(
            .invalidArgument,
            "Missing value for required parameter '\(name)'. See the API docs for more information about request parameters."
        )
    }

    /// A value that is not possible.
    package static func invalid(_ path: String, _ value: JSON, _ reason: String? = nil) -> MartletError {
        let ending = reason.map { ": \($0)" } ?? "."
        return MartletError(
            .invalidArgument,
            "Invalid value \(value.text().prefix(300)) for parameter '\(path)' supplied\(ending)"
        )
    }

    /// A text over its limit.
    package static func tooLong(_ path: String, limit: Int) -> MartletError {
        MartletError(.invalidArgument, "'\(path)' exceeds the maximum length of \(limit) characters")
    }

    static func noExperiment(_ id: String) -> MartletError {
        MartletError(.notFound, "No Experiment with id=\(id) exists")
    }

    static func noRun(_ id: String) -> MartletError { MartletError(.notFound, "Run with id=\(id) not found") }

    static func noLoggedModel(_ id: String) -> MartletError {
        MartletError(.notFound, "Logged model with ID '\(id)' not found.")
    }
}
