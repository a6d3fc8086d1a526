/// A place where DuckDB may be, in the order in which places are tried.
public struct LibraryCandidate: Sendable, Hashable {
    /// The shared object.
    public let library: String
    /// The libpython that a wheel's shared object needs to be open; nil for a stock library.
    public let python: String?
    /// What named this place, such as `MARTLET_DUCKDB`.
    public let origin: String
}

/// Where a library was looked for: places to try, and places that hold none, for the error.
struct LibrarySearch {
    var candidates: [LibraryCandidate] = []
    var empty: [String] = []
}
