public import Basics
import NIOCore

/// What a model answered to some rows.
public struct ModelAnswer: Sendable, Equatable {
    /// The form in which the model answered, which decides how the answer is written for a client.
    public enum Form: Sendable, Equatable {
        /// An array of one value a row.
        case vector
        /// An array of several values a row.
        case matrix
        /// A data frame.
        case frame
        /// Anything else, as MLflow writes it.
        case json(JSON)
    }

    /// The form in which the model answered.
    public var form: Form
    /// How many rows the answer has.
    public var rowCount: Int
    /// The answer as columns; none for the form `json`.
    public var table: ColumnTable
    /// How long the model itself took, in seconds.
    public var seconds: Double

    /// Makes an answer.
    public init(form: Form, rowCount: Int, table: ColumnTable, seconds: Double) {
        self.form = form
        self.rowCount = rowCount
        self.table = table
        self.seconds = seconds
    }

    /// The name of the only column of a `vector`, and what those of a `matrix` begin with.
    public static let columnName = "prediction"

    /// One number a row: the last numeric column's, or NaN.
    public var scores: [Double] {
        if let last = table.columns.last(where: { $0.type.isNumeric || $0.type == .boolean }), let values = last.doubles
        {
            return values
        }
        if case .json(.array(let elements)) = form, elements.count == rowCount {
            return elements.map { $0.double ?? .nan }
        }
        return [Double](repeating: .nan, count: rowCount)
    }
}

extension ModelAnswer {
    /// Reads a worker's answer.
    ///
    /// - Throws: `dataLoss` for an answer that contradicts itself: the worker is not to be trusted any more.
    init(_ frame: ModelFrame) throws {
        let header = frame.header
        guard let kind = header["kind"]?.string, let rows = header["rows"]?.int.flatMap({ Int(exactly: $0) }),
            rows >= 0,
            let outputs = header["outputs"]?.array
        else { throw Self.rubbish("a header without kind, rows and outputs") }
        let seconds = header["seconds"]?.double ?? 0
        if kind == "json" {
            let value = try JSON(parsing: frame.payload.readableBytesView)
            self.init(form: .json(value), rowCount: rows, table: ColumnTable(), seconds: seconds)
            return
        }
        var columns: [TableColumn] = []
        var form: Form = kind == "frame" ? .frame : .vector
        for output in outputs {
            guard let name = output["name"]?.string, let dtype = output["dtype"]?.string,
                let offset = output["offset"]?.int.flatMap({ Int(exactly: $0) }),
                let length = output["length"]?.int.flatMap({ Int(exactly: $0) }),
                let shape = output["shape"]?.array?.compactMap({ $0.int.flatMap { Int(exactly: $0) } }),
                (1...2).contains(shape.count), shape[0] == rows, shape.allSatisfy({ $0 >= 0 }), offset >= 0,
                length >= 0,
                offset <= frame.payload.readableBytes, length <= frame.payload.readableBytes - offset,
                let bytes = frame.payload.getSlice(at: frame.payload.readerIndex + offset, length: length)
            else { throw Self.rubbish("an output that does not fit its frame") }
            let width = shape.count == 2 ? shape[1] : 1
            let values = try Self.values(dtype, bytes, rows: rows, width: width)
            if kind == "frame" {
                guard width == 1 else { throw Self.rubbish("a column with \(width) values a row") }
                columns.append(TableColumn(name, values))
            } else if shape.count == 1 {
                columns.append(TableColumn(Self.columnName, values))
            } else {
                form = .matrix
                for position in 0..<width {
                    let own = values.gather(Array(stride(from: position, to: rows * width, by: width)))
                    columns.append(TableColumn("\(Self.columnName)_\(position)", own))
                }
            }
        }
        self.init(form: form, rowCount: rows, table: try ColumnTable(columns), seconds: seconds)
    }

    private static func values(_ dtype: String, _ bytes: ByteBuffer, rows: Int, width: Int) throws -> ColumnValues {
        let (count, overflow) = rows.multipliedReportingOverflow(by: width)
        guard !overflow else { throw rubbish("\(rows) rows of \(width) values") }
        switch dtype {
        case "double": return .double(try numbers(bytes, count, zero: 0))
        case "float": return .float(try numbers(bytes, count, zero: 0))
        case "long": return .long(try numbers(bytes, count, zero: 0))
        case "integer": return .integer(try numbers(bytes, count, zero: 0))
        case "boolean":
            guard bytes.readableBytes == count else {
                throw rubbish("\(bytes.readableBytes) bytes for \(count) booleans")
            }
            return .boolean(bytes.readableBytesView.map { $0 != 0 })
        case "string":
            let texts = try JSON(parsing: bytes.readableBytesView).array?.compactMap(\.string) ?? []
            guard texts.count == count else { throw rubbish("\(texts.count) texts for \(count) rows") }
            return .string(texts)
        default: throw rubbish("values of an unknown type '\(dtype.prefix(40))'")
        }
    }

    private static func numbers<Number: BitwiseCopyable>(_ bytes: ByteBuffer, _ count: Int, zero: Number) throws
        -> [Number]
    {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Number>.size)
        guard !overflow, size == bytes.readableBytes else {
            throw rubbish("\(bytes.readableBytes) bytes for \(count) numbers")
        }
        var values = [Number](repeating: zero, count: count)
        values.withUnsafeMutableBytes { target in
            bytes.withUnsafeReadableBytes { target.copyMemory(from: $0) }
        }
        return values
    }

    private static func rubbish(_ what: String) -> MartletError {
        MartletError(.dataLoss, "a model worker answered \(what)")
    }
}
