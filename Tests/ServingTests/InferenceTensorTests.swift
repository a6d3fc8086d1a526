import Basics
import Testing

@testable import Serving

/// Tensors of the Open Inference Protocol in JSON.
struct InferenceTensorTests {
    private static func question(_ inputs: String) throws -> ColumnTable {
        let json = try JSON(parsing: #"{"inputs": "# + inputs + "}")
        guard case .table(let raw) = try InferenceTensors.question(json, schema: Fixtures.schema).rows else {
            throw MartletError(.internalError, "no table")
        }
        return try Fixtures.schema.table(raw, model: "model:flights/3")
    }

    @Test func `columns are inputs of their names, flat or with one value a row`() throws {
        let table = try Self.question(
            #"""
            [{"name": "hour", "shape": [2], "datatype": "INT64", "data": [7, 8]},
             {"name": "origin", "shape": [2, 1], "datatype": "BYTES", "data": [["JFK"], ["LGA"]]},
             {"name": "distance", "shape": [2, 1], "datatype": "INT32", "data": [1, 2]},
             {"name": "temp", "shape": [2], "datatype": "FP64", "data": [0.1, null]}]
            """#
        )
        #expect(table["distance"]?.doubles == [1, 2])
        #expect(table["temp"]?.isNull(1) == true)
    }

    @Test(arguments: [
        ("[]", "the body has no list 'inputs' (a tensor for each input of the model)"),
        (#"[{"shape": [1]}]"#, "inputs[0] has no name"),
        (
            #"[{"name": "hour", "shape": [1], "datatype": "FP8", "data": [1]}]"#,
            "input 'hour' has the datatype 'FP8' (BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, FP32, FP64, BYTES)"
        ),
        (
            #"[{"name": "hour", "shape": [1], "datatype": "FP64", "data": [1]}]"#,
            "input 'hour' has the datatype FP64 (the model takes INT64)"
        ),
        (
            #"[{"name": "hour", "shape": [-1], "datatype": "INT64", "data": [1]}]"#,
            "input 'hour' has the shape [-1] ([rows] or [rows, 1])"
        ),
        (
            #"[{"name": "hour", "shape": [9223372036854775807, 9223372036854775807], "datatype": "INT64", "data": [1]}]"#,
            "input 'hour' has the shape [9223372036854775807,9223372036854775807] ([rows] or [rows, 1])"
        ),
        (
            #"[{"name": "hour", "shape": [3], "datatype": "INT64", "data": [1]}]"#,
            "input 'hour' has 1 values (its shape says 3)"
        ),
    ])
    func `a malformed tensor is the client's mistake, told in its words`(inputs: String, text: String) {
        #expect(Fixtures.problem { _ = try Self.question(inputs) } == text)
    }
}
