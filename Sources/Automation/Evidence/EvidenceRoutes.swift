import Basics
import Web

extension Automation {
    func why(_ request: WebRequest) async throws -> WebResponse {
        let address = try EvidenceAddress(try request.parameter("address"))
        let format = request.query("format") ?? "json"
        guard ["json", "text"].contains(format) else {
            throw MartletError(.invalidArgument, "the query's 'format' is '\(format.prefix(40))'", hint: "json or text")
        }
        let document = try await evidence.document(address)
        return format == "text" ? .text(EvidenceText.render(document)) : .json(document)
    }
}
