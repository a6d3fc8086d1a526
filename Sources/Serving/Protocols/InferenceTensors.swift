import Basics
import Workers

/// Tensors of the Open Inference Protocol in JSON, as columns and back.
///
/// As MLServer's MLflow runtime maps them: a data frame's column is an input of its name with shape [-1] or [-1, 1].
enum InferenceTensors {
    /// A tensor as it came, against the schema's type of its name.
    static func question(_ json: JSON, schema: InputSchema) throws -> PredictionCall.Question {
        guard json.object != nil else {
            throw MartletError(.invalidArgument, "the body is \(json.kind)", hint: "an object with 'inputs'")
        }
        guard let inputs = json["inputs"]?.array, !inputs.isEmpty else {
            throw MartletError(
                .invalidArgument,
                "the body has no list 'inputs'",
                hint: "a tensor for each input of the model"
            )
        }
        guard schema.columns != nil || !schema.hasSignature else {
            throw MartletError(
                .unimplemented,
                "the model takes tensors or nested values, which this path cannot give it yet",
                hint: "use /serving/NAME/invocations"
            )
        }
        var columns: [RawTable.Column] = []
        for (position, input) in inputs.enumerated() {
            columns.append(try column(input, position, schema))
        }
        let rows = columns[0].values.count
        if let odd = columns.first(where: { $0.values.count != rows }) {
            throw MartletError(
                .invalidArgument,
                "input '\(odd.name)' has \(odd.values.count) rows, '\(columns[0].name)' has \(rows)"
            )
        }
        var params = json["parameters"]
        if params?.isNull ?? true { params = nil }
        if let params, params.object == nil {
            throw RawTable.wrong("parameters", params, "an object of names and values")
        }
        if params?.object?.isEmpty ?? false { params = nil }
        return PredictionCall.Question(rows: .table(try RawTable(columns: columns, rowCount: rows)), params: params)
    }

    private static func column(_ input: JSON, _ position: Int, _ schema: InputSchema) throws -> RawTable.Column {
        guard let name = input["name"]?.string else {
            throw MartletError(.invalidArgument, "inputs[\(position)] has no name")
        }
        let place = "input '\(name.prefix(100))'"
        guard let datatype = input["datatype"]?.string else {
            throw MartletError(.invalidArgument, "\(place) has no datatype", hint: names.joined(separator: ", "))
        }
        guard names.contains(datatype) else {
            throw MartletError(
                .invalidArgument,
                "\(place) has the datatype '\(datatype.prefix(40))'",
                hint: names.joined(separator: ", ")
            )
        }
        guard let shape = input["shape"]?.array?.map({ $0.int }), (1...2).contains(shape.count),
            let rows = shape[0], rows >= 0, shape.count == 1 || shape[1] == 1
        else {
            throw MartletError(
                .invalidArgument,
                "\(place) has the shape \((input["shape"] ?? .null).text().prefix(100))",
                hint: "[rows] or [rows, 1]"
            )
        }
        guard let data = input["data"]?.array else {
            throw MartletError(.invalidArgument, "\(place) has no list 'data'")
        }
        let values = data.map { value -> JSON in
            if case .array(let inner) = value, inner.count == 1 { inner[0] } else { value }
        }
        guard values.count == rows else {
            throw MartletError(.invalidArgument, "\(place) has \(values.count) values", hint: "its shape says \(rows)")
        }
        if let type = schema.columns?.first(where: { $0.name == name })?.type, !type.accepts(datatype) {
            throw MartletError(
                .invalidArgument,
                "\(place) has the datatype \(datatype)",
                hint: "the model takes \(type.inferenceName)"
            )
        }
        return RawTable.Column(name: name, values: values)
    }

    /// The answer's tensors: one of the whole answer, or one for each column of a data frame.
    static func outputs(_ answer: ModelAnswer) throws -> [(
        name: String, datatype: String, shape: [Int], columns: [TableColumn]
    )] {
        switch answer.form {
        case .vector:
            answer.table.columns.map { (outputName, $0.type.inferenceName, [answer.rowCount], [$0]) }
        case .matrix:
            [
                (
                    outputName, answer.table.columns.first?.type.inferenceName ?? "FP64",
                    [answer.rowCount, answer.table.columns.count], answer.table.columns
                )
            ]
        case .frame:
            answer.table.columns.map { ($0.name, $0.type.inferenceName, [answer.rowCount, 1], [$0]) }
        case .json:
            throw MartletError(
                .unimplemented,
                "the model answers nested values, which are no tensors",
                hint: "use /serving/NAME/invocations"
            )
        }
    }

    /// What the only output is called, as MLServer calls it.
    static let outputName = "output-1"

    private static let names = [
        "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64",
        "BYTES",
    ]
}

extension ColumnType {
    /// The Open Inference Protocol's name of the type.
    var inferenceName: String {
        switch self {
        case .double: "FP64"
        case .float: "FP32"
        case .long: "INT64"
        case .integer: "INT32"
        case .boolean: "BOOL"
        case .string, .datetime: "BYTES"
        }
    }

    /// Whether values of a tensor's type fit, widening whole numbers to numbers as MLflow does.
    func accepts(_ datatype: String) -> Bool {
        let isWhole = datatype.contains("INT")
        return switch self {
        case .double, .float: isWhole || datatype.hasPrefix("FP")
        case .long, .integer: isWhole
        case .boolean: datatype == "BOOL"
        case .string: datatype == "BYTES"
        case .datetime: datatype == "BYTES" || datatype == "INT64"
        }
    }
}
