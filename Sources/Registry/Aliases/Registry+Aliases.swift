import Basics
import Ledger
import Storage

extension Registry {
    func setAlias(_ tx: Transaction, _ name: String, _ alias: String, to version: Int64, actor: String) throws {
        try RegistryNames.check(model: name)
        try RegistryNames.check(alias: alias)
        _ = try VersionTable.get(tx, name, version)
        let previous = try AliasTable.version(tx, name, alias)
        try tx.execute(
            """
            INSERT INTO model_aliases (name, alias, version) VALUES ($1, $2, $3)
            ON CONFLICT (name, alias) DO UPDATE SET version = excluded.version
            """,
            name,
            alias,
            version
        )
        try RegisteredModelTable.touch(tx, name, world.now())
        try ledger.append(
            tx,
            kind: "alias.set",
            subject: "model:\(name)/\(version)",
            actor: actor,
            payload: [
                "name": .string(name), "alias": .string(alias), "version": .int(version), "previous": JSON(previous),
            ]
        )
    }

    func removeAlias(_ tx: Transaction, _ name: String, _ alias: String, actor: String) throws {
        guard try RegisteredModelTable.find(tx, name) != nil else { throw RegisteredModelTable.missing(name) }
        guard let previous = try AliasTable.version(tx, name, alias) else { return }
        try tx.execute("DELETE FROM model_aliases WHERE name = $1 AND alias = $2", name, alias)
        try RegisteredModelTable.touch(tx, name, world.now())
        try ledger.append(
            tx,
            kind: "alias.deleted",
            subject: "model:\(name)/\(previous)",
            actor: actor,
            payload: ["name": .string(name), "alias": .string(alias), "previous": .int(previous)]
        )
    }
}
