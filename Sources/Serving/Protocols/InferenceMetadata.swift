import Basics
import Workers

extension ModelDescription {
    /// The answer's tensors as the Open Inference Protocol's metadata has them: what the model answered when it was warmed,
    /// the rows' number left open. What the metadata says is what an answer has.
    var inferenceOutputs: JSON {
        guard let kind = answer["kind"]?.string, let outputs = answer["outputs"]?.array else { return [] }
        return .array(
            outputs.map { output in
                let type = output["dtype"]?.string.flatMap(ColumnType.init) ?? .double
                var shape: [JSON] = [-1]
                if kind == "frame" { shape.append(1) }
                if let width = output["shape"]?[1] { shape.append(width) }
                return [
                    "name": kind == "frame" ? output["name"] ?? "" : .string(InferenceTensors.outputName),
                    "datatype": .string(type.inferenceName), "shape": .array(shape),
                ]
            }
        )
    }
}
