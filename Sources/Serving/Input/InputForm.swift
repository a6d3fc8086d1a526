import Basics
import Workers

/// A request in one of MLflow's forms.
struct InputForm: Sendable {
    /// The rows.
    enum Rows: Sendable {
        /// Rows that have columns.
        case table(RawTable)
        /// Tensors or nested values, which MLflow's own parser reads.
        case nested(JSON)
    }

    /// The rows.
    var rows: Rows
    /// The model's own parameters.
    var params: JSON?

    static let keys = ["dataframe_split", "dataframe_records", "instances", "inputs"]

    /// Reads MLflow's JSON: one of four keys, and `params`.
    ///
    /// - Parameters:
    ///   - json: The body.
    ///   - schema: The model's; one without columns leaves tensors to MLflow.
    init(json: JSON, schema: InputSchema) throws {
        guard let object = json.object else {
            throw MartletError(.invalidArgument, "the body is \(json.kind)", hint: Self.right)
        }
        let given = Self.keys.filter { object[$0] != nil }
        guard given.count == 1, let key = given.first, let value = object[key] else {
            let what = given.isEmpty ? "none of MLflow's forms" : given.map { "'\($0)'" }.joined(separator: " and ")
            throw MartletError(.invalidArgument, "the body has \(what)", hint: Self.right)
        }
        if let extra = object.keys.first(where: { $0 != key && $0 != "params" }) {
            throw MartletError(
                .invalidArgument,
                "the body has an unknown key '\(extra.prefix(100))' beside '\(key)'",
                hint: "only 'params' may stand there"
            )
        }
        if let params = object["params"], !params.isNull {
            guard params.object != nil else { throw RawTable.wrong("params", params, "an object of names and values") }
            self.params = params
        }
        let isFrame = key.hasPrefix("dataframe_")
        if schema.columns == nil, !isFrame || schema.hasSignature {
            rows = .nested(.object(JSONObject([(key, value)])))
        } else {
            rows = .table(try Self.table(key, value, schema))
        }
    }

    private static func table(_ key: String, _ value: JSON, _ schema: InputSchema) throws -> RawTable {
        let names = schema.columns?.map(\.name)
        switch (key, value) {
        case ("dataframe_split", _): return try RawTable(split: value, names: names)
        case (_, .array(let rows)):
            // Lists of values stand in the order of the signature; a single column may be given without inner lists.
            if key != "dataframe_records", let names {
                if rows.first?.array != nil { return try RawTable(rows: rows, names: names, place: key) }
                if names.count == 1, rows.first?.object == nil {
                    return try RawTable(columns: JSONObject([(names[0], value)]), place: key)
                }
            }
            return try RawTable(records: rows, place: key)
        case ("inputs", .object(let columns)): return try RawTable(columns: columns, place: key)
        default:
            throw RawTable.wrong(
                key,
                value,
                key == "inputs" ? "an object of columns, or a list of rows" : "a list of rows"
            )
        }
    }

    private static let right = "an object with one of 'dataframe_split', 'dataframe_records', 'instances', 'inputs'"
}
