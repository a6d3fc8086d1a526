import Basics
import Ledger
import MartletTesting
import Storage
import Testing

@testable import Automation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

private func bench(_ webhooks: WebhookSpec...) async throws -> Bench {
    let bench = try await Bench()
    try await bench.apply(AutomationSpec(project: "flights", webhooks: webhooks))
    return bench
}

private let hook = WebhookSpec(
    url: "https://example.org/hook",
    events: ["promotion.decided"],
    secretVariable: "HOOK_SECRET"
)

extension Bench {
    /// Has a room read the log and send what is due.
    func deliver(_ room: Automation) async throws {
        _ = try await room.webhookRunner.enqueue()
        while try await room.webhookRunner.step() {}
    }
}

@Suite struct WebhookTests {
    @Test func `an event is sent once, signed, with its own JSON as body`() async throws {
        let bench = try await bench(hook)
        let event = try await bench.append("promotion.decided", "promotion:1", ["decision": "promoted"])
        try await bench.append("alert.fired", "alert:1", [:])
        let room = bench.room()
        try await bench.deliver(room)
        try await bench.deliver(room)
        let sent = try #require(bench.sender.sent.first)
        #expect(bench.sender.sent.count == 1)
        #expect(sent.body == event.json)
        let id = try #require(sent.headers["Martlet-Delivery-Id"])
        let timestamp = try #require(sent.headers["Martlet-Timestamp"].flatMap { Int64($0) })
        #expect(
            sent.headers["Martlet-Signature"]
                == WebhookSignature.sign(id: id, timestamp: timestamp, body: event.json.bytes(), secret: "s3cret")
        )
        #expect(try await bench.events("webhook.delivered").count == 1)
    }

    @Test func `the signature is HMAC-SHA256 over id, timestamp and body`() {
        // Computed by: printf 'd1.1700000000.{}' | openssl dgst -sha256 -hmac key -binary | base64
        #expect(
            WebhookSignature.sign(id: "d1", timestamp: 1_700_000_000, body: Array("{}".utf8), secret: "key")
                == "v1,RQgESqs9IW4P4+a7EMExtXumM3E+hwEBKsGuUJpW/JI="
        )
    }

    @Test func `a receiver that fails is tried again later, and the order is kept`() async throws {
        let bench = try await bench(hook)
        for number in 1...2 { try await bench.append("promotion.decided", "promotion:\(number)", [:]) }
        bench.sender.answer(503)
        let room = bench.room()
        try await bench.deliver(room)
        // The second waits behind the first.
        #expect(bench.sender.sent.map { $0.body["subject"]?.string } == ["promotion:1"])
        bench.time.advance(by: .seconds(6))
        try await bench.deliver(bench.room())
        #expect(
            bench.sender.sent.map { $0.body["subject"]?.string } == ["promotion:1", "promotion:1", "promotion:2"]
        )
    }

    @Test func `after the last attempt a delivery is given up and the next goes on`() async throws {
        let bench = try await bench(hook)
        try await bench.append("promotion.decided", "promotion:1", [:])
        let room = bench.room()
        for _ in 0..<WebhookRunner.attempts {
            bench.sender.answer(500)
            try await bench.deliver(room)
            bench.time.advance(by: .seconds(10_801))
        }
        let failed = try #require(try await bench.events("webhook.failed").first)
        #expect(failed.payload["attempts"]?.int == 10)
        #expect(failed.payload["error"]?.string == "the receiver answered 500")
        try await bench.append("promotion.decided", "promotion:2", [:])
        try await bench.deliver(room)
        #expect(bench.sender.sent.last?.body["subject"]?.string == "promotion:2")
    }

    @Test func `a secret that is not set sends nothing unsigned`() async throws {
        var bench = try await bench(hook)
        bench.environment = [:]
        try await bench.append("promotion.decided", "promotion:1", [:])
        try await bench.deliver(bench.room())
        #expect(bench.sender.sent.isEmpty)
    }

    @Test func `a webhook gets nothing from before it was made`() async throws {
        let bench = try await bench()
        try await bench.append("promotion.decided", "promotion:1", [:])
        try await bench.apply(AutomationSpec(project: "flights", webhooks: [hook]))
        try await bench.append("promotion.decided", "promotion:2", [:])
        try await bench.deliver(bench.room())
        #expect(bench.sender.sent.map { $0.body["subject"]?.string } == ["promotion:2"])
    }

    @Test func `applying the same webhooks again changes nothing, and leaving one out removes it`() async throws {
        let bench = try await bench(hook)
        try await bench.apply(AutomationSpec(project: "flights", webhooks: [hook]))
        #expect(try await bench.events("webhook.created").count == 1)
        try await bench.apply(AutomationSpec(project: "flights"))
        #expect(try await bench.store.database.read { tx in try WebhookTable.all(tx) }.isEmpty)
    }
}

@Suite struct AddressGuardTests {
    @Test(
        arguments: zip(
            [
                "93.184.216.34", "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "172.32.0.1", "192.168.1.1",
                "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.7",
                "198.18.0.1",
            ],
            [
                .global, .loopback, .loopback, .privateNetwork, .privateNetwork, .global, .privateNetwork, .linkLocal,
                .privateNetwork, .reserved, .reserved, .reserved, .reserved, .reserved,
            ] as [NetworkAddress.Kind]
        )
    )
    func `an IPv4 address is of its network`(_ text: String, _ kind: NetworkAddress.Kind) {
        #expect(NetworkAddress(text.split(separator: ".").compactMap { UInt8($0) }).kind == kind)
    }

    @Test(
        arguments: zip(
            [
                "::1", "::", "fe80::1", "fd00::1", "fc12::1", "::ffff:169.254.169.254", "::ffff:10.0.0.1",
                "64:ff9b::7f00:1", "2002:a00:1::", "2606:4700::1111", "2001:db8::1", "ff02::1",
            ],
            [
                .loopback, .reserved, .linkLocal, .privateNetwork, .privateNetwork, .linkLocal, .privateNetwork,
                .loopback, .privateNetwork, .global, .reserved, .reserved,
            ] as [NetworkAddress.Kind]
        )
    )
    func `an IPv6 address is of its network or of that of the IPv4 address inside`(
        _ text: String,
        _ kind: NetworkAddress.Kind
    ) throws {
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(inet_pton(AF_INET6, text, &bytes) == 1)
        #expect(NetworkAddress(bytes).kind == kind)
    }

    @Test(arguments: ["127.0.0.1", "localhost", "169.254.169.254", "[::1]", "0x7f000001", "2130706433", "127.1"])
    func `CVE-2026-2393 a webhook does not reach this machine or its metadata service`(_ host: String) async throws {
        let sender = HTTPWebhookSender(addresses: AddressGuard())
        let error = await #expect(throws: MartletError.self) {
            _ = try await sender.send(to: WebhookTarget("http://\(host)/hook"), headers: [], body: [])
        }
        #expect(error?.code == .permissionDenied)
    }

    @Test(
        arguments: zip(
            [
                "ftp://example.org", "example.org", "http://", "https://user@example.org/", "https://exa mple.org/",
                "https://example.org:0/", "https://example.org:99999/", "http://[::1/", "https://ex\\ample.org",
            ],
            [
                "it begins neither with http:// nor with https://", "it begins neither with http:// nor with https://",
                "it has no host", "it holds a user name",
                "it has a space, a control character, a '\\' or a letter outside ASCII", "its port is no number",
                "its port is no number", "its host is not whole",
                "it has a space, a control character, a '\\' or a letter outside ASCII",
            ]
        )
    )
    func `an address that is none is refused with what is wrong`(_ url: String, _ what: String) {
        let error = #expect(throws: MartletError.self) { try WebhookTarget(url) }
        #expect(error?.message == "'\(url)' is not an address for a webhook: \(what)")
    }
}
