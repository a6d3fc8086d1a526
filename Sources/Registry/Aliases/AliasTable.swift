import Storage

/// Reads of the table of aliases.
enum AliasTable {
    /// The version that an alias points to.
    static func version(_ tx: Transaction, _ name: String, _ alias: String) throws -> Int64? {
        try tx.row("SELECT version FROM model_aliases WHERE name = $1 AND alias = $2", name, alias)?.int("version")
    }
}
