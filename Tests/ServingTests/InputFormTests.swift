import Basics
import Testing
import Workers

@testable import Serving

/// MLflow's forms of a request, and the check against the model's signature.
struct InputFormTests {
    @Test(arguments: [
        #"{"dataframe_split": {"columns": ["hour", "origin", "distance", "temp"], "data": [[7, "JFK", 1400, 31.5], [8, "LGA", 719.5, null]]}}"#,
        #"{"dataframe_split": {"index": [0, 1], "columns": ["temp", "distance", "origin", "hour"], "data": [[31.5, 1400, "JFK", 7], [NaN, 719.5, "LGA", 8.0]]}}"#,
        #"{"dataframe_records": [{"hour": 7, "origin": "JFK", "distance": 1400, "temp": 31.5}, {"hour": 8, "origin": "LGA", "distance": 719.5}]}"#,
        #"{"instances": [{"hour": 7, "origin": "JFK", "distance": 1400, "temp": 31.5}, {"distance": 719.5, "temp": null, "hour": 8, "origin": "LGA"}]}"#,
        #"{"inputs": {"hour": [7, 8], "origin": ["JFK", "LGA"], "distance": [1400, 719.5], "temp": [31.5, null]}}"#,
        #"{"inputs": {"hour": [[7], [8]], "origin": [["JFK"], ["LGA"]], "distance": [[1400], [719.5]], "temp": [[31.5], [null]]}}"#,
        #"{"inputs": [{"hour": 7, "origin": "JFK", "distance": 1400, "temp": 31.5}, {"hour": 8, "origin": "LGA", "distance": 719.5}], "params": {}}"#,
    ])
    func `the same rows in any form are the same table`(body: String) throws {
        let table = try Fixtures.table(body)
        #expect(table.names == ["hour", "origin", "distance", "temp"])
        #expect(table["hour"]?.longs == [7, 8])
        #expect(table["distance"]?.doubles == [1400, 719.5])
        #expect(table["temp"]?.isNull(1) == true)
        #expect(table["temp"]?.double(0) == 31.5)
    }

    @Test func `rows as lists stand in the order of the signature`() throws {
        let table = try Fixtures.table(#"{"instances": [[7, "JFK", 1400, null, 3]]}"#)
        #expect(table["gate"]?.long(0) == 3)
    }

    @Test func `a missing column that is not required is nulls, but not one of whole numbers`() throws {
        let table = try Fixtures.table(#"{"dataframe_records": [{"hour": 7, "origin": "JFK", "distance": 1}]}"#)
        #expect(table["temp"]?.nullCount == 1)
        #expect(table["gate"] == nil)
    }

    /// What a client reads when it is wrong; the wording is part of the API.
    @Test(arguments: [
        (
            "[]",
            "the body is an array (an object with one of 'dataframe_split', 'dataframe_records', 'instances', 'inputs')"
        ),
        (
            "{}",
            "the body has none of MLflow's forms (an object with one of 'dataframe_split', 'dataframe_records', 'instances', 'inputs')"
        ),
        (
            #"{"inputs": {}, "instances": []}"#,
            "the body has 'instances' and 'inputs' (an object with one of 'dataframe_split', 'dataframe_records', 'instances', 'inputs')"
        ),
        (
            #"{"inputs": {}, "parms": {}}"#,
            "the body has an unknown key 'parms' beside 'inputs' (only 'params' may stand there)"
        ),
        (#"{"inputs": {}, "params": 3}"#, "'params' is a whole number (an object of names and values)"),
        (#"{"dataframe_split": []}"#, "'dataframe_split' is an array (an object with 'columns' and 'data')"),
        (
            #"{"dataframe_split": {"columns": ["hour"], "data": [[1], [2, 3]]}}"#,
            "'dataframe_split', row 1 has 2 values (1, one for each column)"
        ),
        (#"{"dataframe_records": [3]}"#, "'dataframe_records', row 0 is a whole number (an object)"),
        (
            #"{"inputs": {"hour": [1, 2], "origin": ["JFK"]}}"#,
            "'inputs': column 'origin' has 1 rows, the others have 2 (the same number of rows in each)"
        ),
        (#"{"dataframe_split": {"columns": ["hour", "hour"], "data": []}}"#, "column 'hour' occurs twice"),
    ])
    func `a malformed body is told what would be right`(body: String, text: String) {
        #expect(Fixtures.problem { _ = try Fixtures.table(body) } == text)
    }

    @Test func `all mistakes of the rows are told in one go`() {
        let body = #"""
            {"dataframe_records": [
                {"houre": 7, "origin": "JFK", "distance": "far", "temp": 3, "gate": 1},
                {"houre": 7, "origin": null, "distance": "off", "temp": "warm", "gate": null},
                {"houre": 7, "origin": 3, "distance": 1e3, "temp": null, "gate": 3000000000}]}
            """#
        #expect(
            Fixtures.problem { _ = try Fixtures.table(body) }
                == "the input does not fit model:flights/3: column 'houre' is not an input of the model (did you mean 'hour'?); "
                + "column 'hour' is missing (long); "
                + "column 'origin', row 1: null, where the model needs a value (2 rows are so); "
                + "column 'distance', row 0: found the text \"far\", the column takes numbers (2 rows are so); "
                + "column 'temp', row 1: found the text \"warm\", the column takes numbers; "
                + "column 'gate', row 1: null, which a column of type integer cannot hold (2 rows are so) "
                + "(the inputs are hour: long, origin: string, distance: double, temp: double?, gate: integer?)"
        )
    }

    @Test func `no rows are a mistake`() {
        #expect(
            Fixtures.problem {
                _ = try Fixtures.table(#"{"dataframe_split": {"columns": ["hour", "origin", "distance"], "data": []}}"#)
            }.hasPrefix("the input does not fit model:flights/3: there are no rows")
        )
    }

    @Test func `a fraction is no whole number, a whole number is a number`() {
        let text = Fixtures.problem {
            _ = try Fixtures.table(#"{"dataframe_records": [{"hour": 7.5, "origin": "JFK", "distance": 3}]}"#)
        }
        #expect(text.contains("column 'hour', row 0: found 7.5, the column takes whole numbers of 64 bits"))
        #expect(!text.contains("distance',"))
    }

    @Test func `a model without a signature takes what comes`() throws {
        let open = InputSchema(.init(columns: nil, signature: [:], loader: "mlflow.pyfunc.model"))
        let table = try Fixtures.table(#"{"dataframe_records": [{"a": 1, "b": "x"}, {"a": 2.5}]}"#, schema: open)
        #expect(table.schema.map(\.type) == [.double, .string])
        let form = try InputForm(json: ["inputs": [[1, 2], [3, 4]]], schema: open)
        guard case .nested(let json) = form.rows else { throw MartletError(.internalError, "not nested") }
        #expect(json == ["inputs": [[1, 2], [3, 4]]])
    }
}
