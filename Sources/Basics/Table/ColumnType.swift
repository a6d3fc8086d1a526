/// What the values of a column are.
///
/// The names are those of an MLflow model signature.
public enum ColumnType: String, Sendable, Hashable, CaseIterable, Codable {
    /// 64-bit floating point.
    case double
    /// 32-bit floating point.
    case float
    /// 64-bit integer.
    case long
    /// 32-bit integer.
    case integer
    /// True or false.
    case boolean
    /// Text.
    case string
    /// An instant, in milliseconds since 1970 UTC.
    case datetime

    /// Whether arithmetic makes sense on the values.
    public var isNumeric: Bool {
        switch self {
        case .double, .float, .long, .integer: true
        case .boolean, .string, .datetime: false
        }
    }

    /// Whether the values are whole numbers.
    public var isInteger: Bool { self == .long || self == .integer }
}

/// A column's name and type.
public struct ColumnSchema: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The column's name.
    public var name: String
    /// What its values are.
    public var type: ColumnType

    /// A column called `name` of type `type`.
    public init(_ name: String, _ type: ColumnType) {
        self.name = name
        self.type = type
    }

    /// `name: type`.
    public var description: String { "\(name): \(type.rawValue)" }
}
