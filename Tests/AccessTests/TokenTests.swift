import Access
import Basics
import MartletTesting
import Storage
import Testing
import Web

struct TokenTests {
    @Test func `without a token in the configuration everyone may do everything`() async throws {
        let store = try await TestStore([Access.migrations])
        let access = Access(database: store.database, world: store.world, token: nil)
        #expect(try await access.principal([:]) == Principal(actor: "client", access: .administrator))
    }

    @Test(arguments: [
        ("Bearer secret", Guard.administrator), ("bearer secret", .administrator),
        ("Basic YW5uOnNlY3JldA==", .administrator),
    ])
    func `the configured token is the administrator's, as bearer or as password`(header: String, guard expected: Guard)
        async throws
    {
        let store = try await TestStore([Access.migrations])
        let access = Access(database: store.database, world: store.world, token: "secret")
        #expect(try await access.principal([.authorization: header]).access == expected)
    }

    @Test(arguments: [
        nil, "", "Bearer", "Bearer ", "Bearer Secret", "Bearer secret2", "Basic !!!", "Basic YW5u", "Digest secret",
    ])
    func `anything else is refused`(header: String?) async throws {
        let store = try await TestStore([Access.migrations])
        let access = Access(database: store.database, world: store.world, token: "secret")
        let headers: HTTPFields = header.map { [.authorization: $0] } ?? [:]
        let error = await #expect(throws: MartletError.self) { try await access.principal(headers) }
        #expect(error?.code == .unauthenticated)
    }

    @Test func `a made token has its role, and is kept as a digest only`() async throws {
        let store = try await TestStore([Access.migrations])
        let access = Access(database: store.database, world: store.world, token: "secret")
        let token = try await access.makeToken(name: "ann", role: .reader)
        #expect(
            try await access.principal([.authorization: "Bearer \(token)"])
                == Principal(actor: "user:ann", access: .reader)
        )
        let kept = try await store.database.read { tx in try tx.rows("SELECT * FROM tokens") }
        #expect(!kept.contains { row in row.values.contains { value in "\(value)".contains(token) } })
        await #expect(throws: MartletError.self) { try await access.makeToken(name: "ann", role: .writer) }
    }
}
