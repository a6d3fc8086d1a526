import Basics
import Testing
import Workers

@testable import Serving

/// Answers in the form of MLflow's scoring server.
struct PredictionWriterTests {
    private func text(_ form: ModelAnswer.Form, _ columns: [TableColumn], rows: Int) throws -> (String, Int) {
        let answer = ModelAnswer(form: form, rowCount: rows, table: try ColumnTable(columns), seconds: 0)
        let (bytes, bad) = PredictionWriter.mlflow(answer)
        return (String(decoding: bytes, as: UTF8.self), bad)
    }

    @Test func `a vector, a matrix, a data frame and anything else keep MLflow's shapes`() throws {
        #expect(try text(.vector, [.longs("prediction", [1, 2])], rows: 2) == (#"{"predictions":[1,2]}"#, 0))
        #expect(
            try text(.matrix, [.doubles("prediction_0", [0.25, 1]), .doubles("prediction_1", [0.75, 0])], rows: 2)
                == (#"{"predictions":[[0.25,0.75],[1.0,0.0]]}"#, 0)
        )
        #expect(
            try text(.frame, [.strings("a", ["x\"y"]), .booleans("b", [true])], rows: 1)
                == (#"{"predictions":[{"a":"x\"y","b":true}]}"#, 0)
        )
        #expect(try text(.json(["k": [1, 2]]), [], rows: 1) == (#"{"predictions":{"k":[1,2]}}"#, 0))
    }

    @Test func `numbers that JSON cannot hold are null and counted`() throws {
        #expect(
            try text(.vector, [.doubles("prediction", [.nan, .infinity, 0.1])], rows: 3)
                == (#"{"predictions":[null,null,0.1]}"#, 2)
        )
        #expect(try text(.json([.double(.nan)]), [], rows: 1) == (#"{"predictions":[null]}"#, 1))
    }

    @Test func `a number keeps its last bit, a 32-bit one widens as Python widens it`() throws {
        #expect(try text(.vector, [.doubles("p", [0.1 + 0.2])], rows: 1).0 == #"{"predictions":[0.30000000000000004]}"#)
        #expect(
            try text(.vector, [TableColumn("p", .float([0.1]))], rows: 1).0 == #"{"predictions":[0.10000000149011612]}"#
        )
    }
}
