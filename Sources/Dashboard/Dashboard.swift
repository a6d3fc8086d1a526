import Basics
public import Web

/// The web pages: one live page of a model's loop, and one that tells why an answer was given.
///
/// The pages are plain files embedded in the binary. They hold no data: a browser asks the same API as every other client,
/// so the pages themselves are public and what they show is guarded where it is answered.
public struct Dashboard: Sendable {
    private let pages: [String: Page]

    /// Reads the embedded files.
    public init() {
        pages = Page.embedded()
    }

    /// The names of the embedded files, sorted.
    package var names: [String] { pages.keys.sorted() }

    /// The bytes of an embedded file.
    package func bytes(of name: String) -> [UInt8]? { pages[name].map { Array($0.body.readableBytesView) } }

    /// The pages' routes.
    public func routes() -> [RouteGroup] {
        [
            RouteGroup(
                "dashboard",
                envelope: .problem,
                [
                    Route(.get, "/", .everyone, "The dashboard") { try answer("index.html", to: $0) },
                    Route(.get, "/why/{address...}", .everyone, "Why an answer was given") {
                        try answer("why.html", to: $0)
                    },
                    Route(.get, "/assets/{file}", .everyone, "A file of the dashboard") {
                        try answer(try $0.parameter("file"), to: $0)
                    },
                ]
            )
        ]
    }

    private func answer(_ name: String, to request: WebRequest) throws -> WebResponse {
        try page(name, ifNoneMatch: request.header("If-None-Match"))
    }

    /// The answer to a request for a file, which is empty when the browser's copy is current.
    package func page(_ name: String, ifNoneMatch: String? = nil) throws -> WebResponse {
        guard let page = pages[name] else {
            throw MartletError(
                .notFound,
                "the dashboard has no file '\(name.prefix(80))'",
                hint: "the page itself is at /"
            )
        }
        var response: WebResponse =
            page.isCurrent(ifNoneMatch) ? .empty(.notModified) : .bytes(page.body, type: page.type)
        for field in Self.headers { response.headers[field.name] = field.value }
        response.headers[.eTag] = page.tag
        return response
    }

    /// What every answer carries: nothing is loaded from elsewhere, nothing runs that is not a file of ours, no page frames this
    /// one, and a browser asks each time whether its copy is current, so that a new binary is never shown with old scripts.
    private static let headers: HTTPFields = {
        var headers: HTTPFields = [
            .contentSecurityPolicy: [
                "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
                "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
            ].joined(separator: "; "),
            .xContentTypeOptions: "nosniff",
            .cacheControl: "no-cache",
        ]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        return headers
    }()
}
