public import Web

/// What a token may do.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// Look at everything, change nothing.
    case reader
    /// Train, register, promote, deploy.
    case writer
    /// Everything, tokens included.
    case administrator

    /// The guard up to which routes are open.
    public var access: Guard {
        switch self {
        case .reader: .reader
        case .writer: .writer
        case .administrator: .administrator
        }
    }
}
