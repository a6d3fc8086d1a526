import Basics
import Storage
import Testing
import Workers

@testable import Serving

/// Schemas and requests that several tests use.
enum Fixtures {
    /// A model of flights, small: three required columns, two that may be missing.
    static let schema = InputSchema(
        ModelDescription(
            columns: [
                .init(name: "hour", type: .long, isRequired: true),
                .init(name: "origin", type: .string, isRequired: true),
                .init(name: "distance", type: .double, isRequired: true),
                .init(name: "temp", type: .double, isRequired: false),
                .init(name: "gate", type: .integer, isRequired: false),
            ],
            signature: ["inputs": []],
            loader: "mlflow.sklearn"
        )
    )

    /// A request's columns, through form and schema, as a handler takes them.
    static func table(_ body: String, schema: InputSchema = schema) throws -> ColumnTable {
        let form = try InputForm(json: JSON(parsing: body), schema: schema)
        guard case .table(let raw) = form.rows else { throw MartletError(.internalError, "no table") }
        return try schema.table(raw, model: "model:flights/3")
    }

    /// The text of the error that a request gets.
    static func problem(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch let error as MartletError {
            return error.hint.map { "\(error.message) (\($0))" } ?? error.message
        } catch {
            return "\(error)"
        }
    }
}
