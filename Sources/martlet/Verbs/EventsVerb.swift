import ArgumentParser
import Basics

/// `martlet events`
struct EventsVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show what happened, live if asked, or prove that the log is whole.",
        discussion: """
            With --output json each event is a line of JSON. --verify recomputes the chain of hashes over the whole log; the \
            exit status is 1 where it does not hold.

            EXAMPLES:
              martlet events --limit 20
              martlet events --follow --kind promotion.decided --kind alert.fired
              martlet events --after 120 --output json
              martlet events --verify
            """
    )

    @Flag(name: .shortAndLong, help: "Go on as events happen, until Ctrl-C.")
    var follow = false

    @Option(help: "Only events of this kind; may be repeated.")
    var kind: [String] = []

    @Option(help: "Only events of this subject, such as model:flights/3.")
    var subject: String?

    @Option(help: "Only events behind this sequence. [default: the last ones]")
    var after: Int64?

    @Option(help: "How many events at most; not for --follow.")
    var limit: Int = 50

    @Flag(help: "Recompute the chain of hashes.")
    var verify = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit is from 1 to 100000") }
    }

    func run() async throws {
        try await Client.use(server) { client in
            if verify { return try await prove(client) }
            if follow {
                return try await client.follow(after: after, kinds: kind) { event in
                    if subject == nil || subject == event.subject { say(event) }
                    return true
                }
            }
            for event in try await page(client) { say(event) }
        }
    }

    private func page(_ client: Client) async throws -> [ServerEvent] {
        let filter = kind.map { ("kind", $0) } + (subject.map { [("subject", $0)] } ?? [])
        var start = after ?? 0
        if after == nil, filter.isEmpty {
            let head = try await client.get("/api/v1/events", query: [("limit", "1")])["head"]?.int ?? 0
            start = max(0, head - Int64(limit))
        }
        var events: [ServerEvent] = []
        while true {
            let query = [("after", String(start)), ("limit", "1000")] + filter
            let items = try await client.get("/api/v1/events", query: query)["items"]?.array ?? []
            events += items.map { ServerEvent(json: $0) }
            // Asked from a place on, the first ones are meant; else the last ones.
            if after != nil, events.count >= limit { return Array(events.prefix(limit)) }
            events = Array(events.suffix(limit))
            guard items.count == 1000, let last = events.last else { return events }
            start = last.sequence
        }
    }

    private func prove(_ client: Client) async throws {
        let answer = try await client.get("/api/v1/events/verify", deadline: .seconds(600))
        let isWhole = answer["ok"]?.bool == true
        output.say(answer) {
            if isWhole {
                Terminal.say(
                    "the log is whole: \(Figure.count(answer["events"])) events, head \(Figure.plain(answer["head"]))"
                )
            } else {
                Terminal.say("the log is NOT whole: \(answer.text())")
            }
        }
        if !isWhole { throw ExitCode(1) }
    }

    private func say(_ event: ServerEvent) {
        if output.isJSON { return Terminal.say(event.json.text()) }
        let time = Figure.minute(event.eventTime ?? event.time)
        Terminal.say("\(event.sequence)  \(time)  \(event.kind)  \(EventSentence.text(event))")
    }
}
