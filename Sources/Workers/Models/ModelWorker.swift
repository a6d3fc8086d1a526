import Basics
import NIOCore
import NIOPosix
import Synchronization

/// A connection to a model worker: one process, one request at a time.
///
/// When the worker dies, hangs or answers nonsense, the connection closes, and with it the worker.
final class ModelWorker: Sendable {
    /// Why a worker is of no more use. Never seen by a client: the pool makes an answer of it.
    enum Failure: Error, Equatable {
        /// The connection closed before the answer: the process died, so the request may be asked again elsewhere.
        case gone
        /// No answer in time.
        case hung
        /// The answer could not be understood.
        case rubbish(String)
    }

    /// The worker's process, as the zygote knows it.
    let pid: Int
    private let channel: any Channel
    private let handler: ModelWorkerHandler
    private let zygote: ModelZygote

    private init(channel: any Channel, handler: ModelWorkerHandler, pid: Int, zygote: ModelZygote) {
        self.channel = channel
        self.handler = handler
        self.pid = pid
        self.zygote = zygote
    }

    /// Asks a zygote for a worker.
    static func connect(to socket: String, of zygote: ModelZygote, upTo limit: Duration) async throws -> ModelWorker {
        let handler = ModelWorkerHandler()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.nanoseconds(limit.nanoseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(unixDomainSocketPath: socket).get()
        do {
            let hello = try await Self.exchange(nil, channel, handler, upTo: limit)
            guard hello.header["op"]?.string == "hello", hello.header["protocol"]?.int == 1,
                let pid = hello.header["pid"]?.int.flatMap({ Int(exactly: $0) })
            else { throw Failure.rubbish("it greeted with \(hello.header.text().prefix(200))") }
            return ModelWorker(channel: channel, handler: handler, pid: pid, zygote: zygote)
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    /// Whether it can be asked.
    var isAlive: Bool { channel.isActive }

    /// Sends a request and waits for its answer.
    ///
    /// - Throws: ``Failure``; the connection is closed then.
    func ask(_ frame: ModelFrame, upTo limit: Duration) async throws -> ModelFrame {
        do {
            return try await Self.exchange(frame, channel, handler, upTo: limit)
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    /// Returns when the connection has closed; closes it when the task is cancelled.
    func closed() async {
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// Ends the connection and the process, whatever it does.
    func end() async {
        channel.close(promise: nil)
        await zygote.kill(pid)
    }

    /// Closes the connection; the worker's slot then ends the process.
    func close() { channel.close(promise: nil) }

    private static func exchange(
        _ frame: ModelFrame?,
        _ channel: any Channel,
        _ handler: ModelWorkerHandler,
        upTo limit: Duration
    ) async throws -> ModelFrame {
        let promise = channel.eventLoop.makePromise(of: ModelFrame.self)
        let timer = channel.eventLoop.scheduleTask(in: .nanoseconds(limit.nanoseconds)) {
            handler.fail(.hung)
        }
        handler.expect(promise, isOpen: channel.isActive)
        if let frame {
            var buffer = channel.allocator.buffer(capacity: 1024 + frame.payload.readableBytes)
            frame.write(into: &buffer)
            channel.writeAndFlush(buffer, promise: nil)
        }
        defer { timer.cancel() }
        return try await promise.futureResult.get()
    }
}

/// Puts bytes together to frames, and gives each to the one that waits for it.
private final class ModelWorkerHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private struct State {
        var buffer = ByteBuffer()
        var waiting: EventLoopPromise<ModelFrame>?
        /// A frame that came before anyone waited: only the greeting does.
        var early: ModelFrame?
        var isClosed = false
    }

    private let state = Mutex(State())

    func expect(_ promise: EventLoopPromise<ModelFrame>, isOpen: Bool) {
        enum Next { case answer(ModelFrame), fail, wait }
        let next = state.withLock { state -> Next in
            if let early = state.early {
                state.early = nil
                return .answer(early)
            }
            if state.isClosed || !isOpen || state.waiting != nil { return .fail }
            state.waiting = promise
            return .wait
        }
        switch next {
        case .answer(let frame): promise.succeed(frame)
        case .fail: promise.fail(ModelWorker.Failure.gone)
        case .wait: break
        }
    }

    func fail(_ failure: ModelWorker.Failure) {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.fail(failure)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        let result = state.withLock { state -> Result<(EventLoopPromise<ModelFrame>, ModelFrame)?, any Error> in
            if state.buffer.readableBytes == 0 { state.buffer = piece } else { state.buffer.writeBuffer(&piece) }
            do {
                guard let frame = try ModelFrame.read(from: &state.buffer) else { return .success(nil) }
                guard let waiting = state.waiting else {
                    guard state.early == nil else { throw ModelWorker.Failure.rubbish("it spoke unasked") }
                    state.early = frame
                    return .success(nil)
                }
                state.waiting = nil
                return .success((waiting, frame))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let done?): done.0.succeed(done.1)
        case .success(nil): break
        case .failure(let error):
            fail(.rubbish("\(error)"))
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        state.withLock { $0.isClosed = true }
        fail(.gone)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension Duration {
    /// Whole nanoseconds, for timers.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
