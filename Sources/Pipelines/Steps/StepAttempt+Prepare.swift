import Basics
import Storage
import Workers

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension StepAttempt {
    /// Lays out the attempt's folder: a private copy of the code, links to the inputs, the step's file.
    func prepare(_ ticket: Ticket, _ inputs: [RunContext.Input], _ python: PythonEnvironment, _ params: JSONObject)
        async throws -> SupervisorSpec
    {
        let folder = ticket.folder.path
        try await blocking {
            for name in ["inputs", "outputs", "tmp", "work"] { try FileIO.makeFolder("\(folder)/\(name)") }
        }
        try await p.blobs.materialize(context.tree.tree, at: "\(folder)/work")
        var told = JSONObject()
        for input in inputs {
            let place = "\(folder)/inputs/\(input.name)"
            if input.isFile, let file = input.files.first {
                try await handOver(file.blob.digest, at: place)
            } else {
                try await blocking { try FileIO.makeFolder(place) }
                for file in input.files {
                    let path = "\(place)/\(file.path)"
                    try await blocking { try FileIO.makeFolder(FileIO.parent(of: path)) }
                    try await handOver(file.blob.digest, at: path)
                }
            }
            told[input.name] = [
                "address": .string(input.address), "kind": .string(input.isDataset ? "dataset" : "artifact"),
                "path": .string(place),
                "files": JSON(input.isFile ? [place] : input.files.map { "\(place)/\($0.path)" }),
            ]
        }
        var document: JSON = [
            "run": .string(run.id), "step": .string(step.name), "attempt": JSON(number), "token": .int(ticket.epoch),
            "project": .string(run.project), "pipeline": .string(run.pipeline), "event_time": JSON(run.eventTime),
            "params": .object(params), "inputs": .object(told),
            "outputs": .object(JSONObject(step.outputs.map { ($0, .string("\(folder)/outputs/\($0)")) })),
        ]
        if case .function(let name) = step.action { document["uses"] = .string(name) }
        let bytes = document.bytes()
        try await blocking { [step] in
            try FileIO.writeAtomically(bytes, to: "\(folder)/step.json")
            // Trees keep no modes: what the step names as its program is made one.
            if case .command(let words) = step.action, words[0].contains("/"), !words[0].hasPrefix("/") {
                _ = chmod("\(folder)/work/\(words[0])", 0o700)
            }
        }
        return supervisorSpec(ticket, python, params)
    }

    func supervisorSpec(_ ticket: Ticket, _ python: PythonEnvironment, _ params: JSONObject) -> SupervisorSpec {
        let arguments: [String]
        switch step.action {
        case .function(let name): arguments = [python.python, "-m", "martlet.step", name]
        case .command(let words):
            // An environment's interpreter is found on PATH; one that is named by the settings may have another name.
            arguments = ["python", "python3"].contains(words[0]) ? [python.python] + words.dropFirst() : words
        case .register: arguments = []
        }
        return SupervisorSpec(
            arguments: arguments,
            environment: StepEnvironment.make(
                settings: p.settings,
                python: python,
                folder: ticket.folder,
                cpu: step.resources.cpu,
                params: params,
                mlflowRun: ticket.mlflowRun
            ),
            workingDirectory: ticket.folder.path + "/work",
            timeout: step.timeout.seconds,
            memory: step.resources.memory
        )
    }

    /// Lays an input down. Blobs are read-only files: a link lets a step read one without a copy, and never change it. No
    /// mode holds root back, though: a step that runs as root gets a copy, so that what it does to its input stays with it.
    private func handOver(_ digest: String, at path: String) async throws {
        guard geteuid() != 0 else { return try await p.blobs.copy(digest, to: path) }
        let blob = try p.blobs.path(digest)
        try await blocking {
            guard symlink(blob, path) == 0 else { throw FileIO.failure("symlink", path) }
        }
    }
}
