import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1

/// Sends one delivery.
protocol WebhookSender: Sendable {
    /// Posts a body.
    ///
    /// - Returns: The answer's status.
    /// - Throws: `permissionDenied` for an address that may not be reached; what the network says otherwise.
    func send(to target: WebhookTarget, headers: [(String, String)], body: [UInt8]) async throws -> Int
}

/// Sends over HTTP: the host is resolved once, checked, and the connection made to that very address; redirects are not
/// followed, since they could lead to where the check would not let through.
struct HTTPWebhookSender: WebhookSender {
    let addresses: AddressGuard
    /// How long a receiver may take.
    var deadline: TimeAmount = .seconds(15)

    func send(to target: WebhookTarget, headers: [(String, String)], body: [UInt8]) async throws -> Int {
        let address = try await addresses.resolve(target.host)
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(10))
        // Under both spellings: a name that the client spelled otherwise would be resolved again, unchecked.
        configuration.dnsOverride[target.host] = address
        configuration.dnsOverride[target.host.lowercased()] = address
        configuration.httpVersion = .http1Only
        // A client a delivery: the pinned address is a setting of the client, and deliveries are few.
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            var request = HTTPClientRequest(url: target.url)
            request.method = .POST
            for (name, value) in headers { request.headers.add(name: name, value: value) }
            request.body = .bytes(ByteBuffer(bytes: body))
            let response = try await client.execute(request, timeout: deadline)
            // What it answers is of no interest, but an unread body would hold the connection.
            _ = try? await response.body.collect(upTo: 65_536)
            try await client.shutdown()
            return Int(response.status.code)
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}
