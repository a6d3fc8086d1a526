import Basics
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@testable import Automation

/// A receiver on loopback that notes what comes and answers as it is told.
private final class Receiver: Sendable {
    let channel: any Channel
    let heard: HeardRequests

    init(status: HTTPResponseStatus, location: String? = nil) async throws {
        let heard = HeardRequests()
        self.heard = heard
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        ReceiverHandler(heard: heard, status: status, location: location)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }
}

private final class HeardRequests: Sendable {
    private let state = Mutex<[(head: HTTPRequestHead, body: String)]>([])
    func note(_ head: HTTPRequestHead, _ body: String) { state.withLock { $0.append((head, body)) } }
    var all: [(head: HTTPRequestHead, body: String)] { state.withLock { $0 } }
}

private final class ReceiverHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let heard: HeardRequests
    private let status: HTTPResponseStatus
    private let location: String?
    private var head: HTTPRequestHead?
    private var body = ""

    init(heard: HeardRequests, status: HTTPResponseStatus, location: String?) {
        self.heard = heard
        self.status = status
        self.location = location
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let buffer): body += String(buffer: buffer)
        case .end:
            if let head { heard.note(head, body) }
            var headers = HTTPHeaders([("Content-Length", "0")])
            if let location { headers.add(name: "Location", value: location) }
            let answer = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
            context.write(wrapOutboundOut(.head(answer)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct LoopbackReceiverTests {
    private let sender = HTTPWebhookSender(addresses: AddressGuard(allowsLoopback: true))

    @Test func `a delivery arrives with its headers and body, under the host's own name`() async throws {
        let receiver = try await Receiver(status: .noContent)
        let target = try WebhookTarget("http://localhost:\(receiver.port)/hook?x=1")
        let status = try await sender.send(
            to: target,
            headers: [("Content-Type", "application/json"), ("Martlet-Delivery-Id", "d1")],
            body: Array("{\"a\":1}".utf8)
        )
        #expect(status == 204)
        let request = try #require(receiver.heard.all.first)
        #expect(request.body == "{\"a\":1}" && request.head.uri == "/hook?x=1" && request.head.method == .POST)
        #expect(request.head.headers["Martlet-Delivery-Id"] == ["d1"])
        #expect(request.head.headers["Host"] == ["localhost:\(receiver.port)"])
        try await receiver.channel.close()
    }

    @Test func `a redirect is an answer and is not followed`() async throws {
        let other = try await Receiver(status: .ok)
        let receiver = try await Receiver(status: .temporaryRedirect, location: "http://127.0.0.1:\(other.port)/secret")
        let target = try WebhookTarget("http://127.0.0.1:\(receiver.port)/hook")
        #expect(try await sender.send(to: target, headers: [], body: []) == 307)
        #expect(other.heard.all.isEmpty)
        try await receiver.channel.close()
        try await other.channel.close()
    }
}
