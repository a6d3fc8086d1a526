import Basics
import Dashboard
import Foundation
import Testing
import Web

@Suite struct DashboardTests {
    let dashboard = Dashboard()

    @Test func `what is embedded is what lies in the folder of pages`() throws {
        let folder = URL(filePath: #filePath).appending(path: "../../../Sources/CDashboardPages/pages").standardized
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path())
        #expect(dashboard.names == files.sorted(), "pages.c and the folder differ")
        for name in files {
            let bytes = try Data(contentsOf: folder.appending(path: name))
            #expect(dashboard.bytes(of: name) == Array(bytes), "\(name) is embedded in an older form")
        }
    }

    @Test func `every file that a page asks for is embedded`() throws {
        #expect(dashboard.names.contains("index.html"))
        #expect(dashboard.names.contains("why.html"))
        for name in dashboard.names where name.hasSuffix(".html") || name.hasSuffix(".js") {
            for asked in try references(in: text(of: name)) {
                #expect(dashboard.names.contains(asked), "\(name) asks for \(asked), which pages.c does not embed")
            }
        }
    }

    @Test(arguments: [
        ("index.html", "text/html; charset=utf-8"), ("main.js", "text/javascript; charset=utf-8"),
        ("tokens.css", "text/css; charset=utf-8"), ("mark.svg", "image/svg+xml"),
    ])
    func `a file is served with its type and a tag`(_ name: String, _ type: String) throws {
        let answer = try dashboard.page(name)
        #expect(answer.status == .ok)
        #expect(answer.headers[.contentType] == type)
        #expect(answer.headers[.cacheControl] == "no-cache")
        #expect(answer.headers[.eTag]?.count == 34)
        #expect((answer.body.contentLength ?? 0) > 100)
    }

    @Test func `a browser whose copy is current gets 304 and no bytes`() throws {
        let tag = try #require(try dashboard.page("main.js").headers[.eTag])
        for sent in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let answer = try dashboard.page("main.js", ifNoneMatch: sent)
            #expect(answer.status == .notModified)
            #expect(answer.headers[.eTag] == tag)
            #expect(answer.headers[.contentType] == nil)
        }
        #expect(try dashboard.page("main.js", ifNoneMatch: "\"other\"").status == .ok)
    }

    @Test func `the policy lets nothing in from elsewhere and nothing inline`() throws {
        for name in dashboard.names {
            let headers = try dashboard.page(name).headers
            let policy = try #require(headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(!policy.contains("http"))
            #expect(headers[.xContentTypeOptions] == "nosniff")
        }
    }

    @Test func `no page carries a script or a style within itself, and no script writes markup`() throws {
        for name in dashboard.names {
            let text = try text(of: name)
            for forbidden in [
                "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "<script>", "<style",
                " style=\"",
            ] {
                #expect(!text.contains(forbidden), "\(name) contains \(forbidden)")
            }
        }
    }

    @Test(arguments: ["secret.txt", "../pages.c", "..%2Fpages.c", "", "index.html/", "INDEX.HTML"])
    func `an unknown file is refused with 404`(_ name: String) {
        let error = #expect(throws: MartletError.self) { try dashboard.page(name) }
        #expect(error?.code == .notFound)
        #expect(error?.hint == "the page itself is at /")
    }

    @Test func `the pages are public, and only read`() {
        let routes = dashboard.routes().flatMap(\.routes)
        #expect(routes.map(\.path) == ["/", "/why/{address...}", "/assets/{file}"])
        #expect(routes.allSatisfy { $0.method == .get && $0.access == .everyone })
    }

    private func text(of name: String) throws -> String {
        String(decoding: dashboard.bytes(of: name) ?? [], as: UTF8.self)
    }

    /// The names of other files that a page or a script asks for.
    private func references(in text: String) -> [String] {
        text.matches(of: /(?:"\/assets\/|from "\.\/)([A-Za-z0-9.-]+)"/).map { String($0.1) }
    }
}
