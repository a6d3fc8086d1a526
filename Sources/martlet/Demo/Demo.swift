import Basics

/// The demo itself: what a user would do by hand, in the same order, over the same API.
struct Demo: Sendable {
    static let dataset = "flights"
    static let deployment = "flights"

    let client: Client
    let folder: DemoFolder
    let project: ProjectFolder
    let year: DemoYear
    let months: Int

    /// Lives the months and gives the summary.
    func run() async throws -> JSON {
        let start = ContinuousClock.now
        let progress = DemoLedger(folder.progress(), folder: folder)
        let bar = ProgressBar()
        defer { bar.finish() }
        bar.note("server at \(client.base), its log in \(folder.log)")
        let head = try await client.get("/api/v1/events", query: [("limit", "1")])["head"]?.int ?? 0
        // However it ends, the place is kept: an hour is not lived twice.
        defer { progress.keep((ContinuousClock.now - start).seconds) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            // The news end with the months: the first task that ends decides.
            group.addTask {
                try await DemoNews(client: client, bar: bar).tell(after: head)
                return false
            }
            group.addTask {
                try await live(progress, bar)
                return true
            }
            defer { group.cancelAll() }
            while let isDone = try await group.next() { if isDone { return } }
        }
        bar.finish()
        return try await DemoSummary.collect(client, progress.value, wall: (ContinuousClock.now - start).seconds)
    }

    private func live(_ progress: DemoLedger, _ bar: ProgressBar) async throws {
        let settled = DemoSettling(client: client)
        bar.note("apply \(project.file)")
        _ = try await ProjectRequest.send("apply", project, client)
        let known = try await versions()
        if known.isEmpty {
            let end = year.history.last?.end
            bar.note(
                "add \(year.history.map(\.name).joined(separator: ", ")) as one version of dataset \(Self.dataset)"
            )
            let upload = DatasetUpload(dataset: Self.dataset, mode: "replace", format: "parquet", eventTime: end)
            try await settled.after(upload.send(year.history.map(\.file), client), bar)
        } else {
            try await settled.wait(bar)
        }
        try await settled.requireDeployment(Self.deployment)
        let lived = Array(year.replay.prefix(months))
        let total = max(1, lived.reduce(0) { $0 + $1.hours })
        var before = 0
        for month in lived {
            defer { before += month.hours }
            // A month is over when its landed flights are a version of the dataset: the server's own word for it.
            if known.contains(month.end) { continue }
            let replay = DemoReplay(
                client: client,
                month: month,
                progress: progress,
                bar: bar,
                total: total,
                before: before
            )
            try await replay.run()
            guard let landed = year.landed(month) else { continue }
            let upload = DatasetUpload(dataset: Self.dataset, mode: "append", format: "parquet", eventTime: month.end)
            try await settled.after(upload.send([landed.file], client), bar)
        }
    }

    /// The event times of the dataset's versions.
    private func versions() async throws -> Set<String> {
        let items = try await client.list("/api/v1/datasets/\(Self.dataset)/versions", cursor: "before")
        return Set(items.compactMap { $0["event_time"]?.string })
    }
}
