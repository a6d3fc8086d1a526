import Basics
import Hummingbird
import NIOCore

@testable import Web

/// Calls a handler in process, through the same route table and envelopes that the server uses.
enum TestCall {
    static func answer(
        _ groups: [RouteGroup],
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String,
        _ headers: HTTPFields
    ) async throws -> ServingBench.Answer {
        let table = try RouteTable(groups)
        guard case .found(let entry, let parameters) = table.match(method, Substring(path)) else {
            return ServingBench.Answer(status: 404, json: nil, headers: [:])
        }
        let head = HTTPRequest(
            method: method,
            scheme: "http",
            authority: "localhost",
            path: path,
            headerFields: headers
        )
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
        let web = WebRequest(request, path: Substring(path), query: nil, parameters: parameters, actor: "client")
        let response: WebResponse
        do {
            response = try await entry.route.handler(web)
        } catch {
            response = entry.envelope.response(MartletError(wrapping: error), path: path)
        }
        let collector = Collector()
        try await response.body.write(collector)
        let bytes = await collector.bytes.value
        let json = bytes.allSatisfy { $0 == 0x0A } ? JSON.null : try JSON(parsing: bytes)
        return ServingBench.Answer(status: response.status.code, json: json, headers: response.headers)
    }
}

/// Gathers a response's body.
private struct Collector: ResponseBodyWriter {
    actor Bytes {
        private(set) var value: [UInt8] = []
        func append(_ more: [UInt8]) { value += more }
    }

    let bytes = Bytes()

    func write(_ buffer: ByteBuffer) async throws { await bytes.append(Array(buffer.readableBytesView)) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
