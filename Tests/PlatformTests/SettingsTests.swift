import Basics
import MartletTesting
import Platform
import Storage
import Testing

struct SettingsTests {
    @Test func `flags win over the environment, and that over the file`() throws {
        let settings = try Settings(
            file: ("martlet.conf.yaml", "listen: 127.0.0.1:1\ndata: file\nhosts: [a, b]"),
            environment: ["MARTLET_DATA": "environment", "MARTLET_LISTEN": "127.0.0.1:2"],
            flags: ["listen": "127.0.0.1:3"]
        )
        #expect(settings["listen"] == "127.0.0.1:3")
        #expect(settings.source("listen").text == "--listen")
        #expect(settings["data"] == "environment")
        #expect(settings.source("data").text == "MARTLET_DATA")
        #expect(settings["hosts"] == "a,b")
        #expect(settings.source("hosts").text == "martlet.conf.yaml")
        #expect(settings.source("log_level").text == "default")
    }

    @Test func `a secret is never shown`() throws {
        let settings = try Settings(environment: ["MARTLET_TOKEN": "hunter2-hunter2-hunter2"])
        #expect(!settings.json.text().contains("hunter2-hunter2-hunter2"))
        #expect(settings.json["token"]?["value"] == "(hidden)")
    }

    @Test(arguments: [
        (["listen": "nowhere"], "the setting 'listen' is 'nowhere' (from --listen)"),
        (["listen": "127.0.0.1:99999"], "the setting 'listen' is '127.0.0.1:99999' (from --listen)"),
        (["upload_limit": "lots"], "the setting 'upload_limit' is 'lots' (from --upload-limit)"),
        (["steps": "-1"], "the setting 'steps' is '-1' (from --steps)"),
        (["private_webhooks": "yes"], "the setting 'private_webhooks' is 'yes' (from --private-webhooks)"),
        (["log_level": "loud"], "the setting 'log_level' is 'loud' (from --log-level)"),
        (["token": "short"], "the setting 'token' is too short (from --token)"),
    ])
    func `a value that does not fit says where it came from`(flags: [String: String], message: String) {
        let error = #expect(throws: MartletError.self) { try Settings(flags: flags) }
        #expect(error?.message == message)
        #expect(error?.hint != nil)
    }

    @Test func `an unknown key of the file is told with the nearest known one`() {
        let error = #expect(throws: MartletError.self) { try Settings(file: ("f.yaml", "lisen: x")) }
        #expect(error?.message.contains("f.yaml:1:1: 'lisen' is not a known key (did you mean 'listen'?") == true)
    }

    @Test(arguments: [
        ("127.0.0.1:1", true), ("localhost:1", true), ("[::1]:1", true), ("0.0.0.0:1", false), ("10.0.0.1:1", false),
        ("127.0.0.1.example.org:1", false),
    ])
    func `only loopback addresses count as loopback`(listen: String, expected: Bool) throws {
        #expect(try Settings(flags: ["listen": listen]).isLoopback == expected)
    }

    @Test func `a server that others can reach does not start without a token`() async throws {
        let folder = try TemporaryFolder()
        let settings = try Settings(flags: ["listen": "0.0.0.0:0", "data": folder.path("data")])
        let error = await #expect(throws: MartletError.self) { try await Server(settings: settings) }
        #expect(error?.code == .permissionDenied)
    }

    @Test func `two servers do not share a data folder`() async throws {
        let folder = try TemporaryFolder()
        let settings = try Settings(flags: ["listen": "127.0.0.1:0", "data": folder.path("data")])
        let first = try await Server(settings: settings)
        let error = await #expect(throws: MartletError.self) { try await Server(settings: settings) }
        #expect(error?.code == .conflict)
        #expect(first.rooms.blobs.exists("nothing") == false)
    }
}
