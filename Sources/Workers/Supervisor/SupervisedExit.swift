public import Basics

/// How a supervised program ended.
public struct SupervisedExit: Sendable, Hashable {
    /// Why it ended.
    public enum Reason: String, Sendable, Hashable {
        /// By itself: see status and signal.
        case exited
        /// It was not there, or could not be started.
        case cannotStart = "cannot_start"
        /// It ran longer than its timeout.
        case timeout
        /// It held more memory than its limit.
        case memory
        /// The server gave the attempt up: a cancel, or another attempt took its place.
        case revoked
        /// The supervisor was told to end: the machine shuts down.
        case terminated
    }

    /// Why.
    public var reason: Reason
    /// The program's exit status, where it had one.
    public var status: Int32?
    /// The signal that ended it, where one did.
    public var signal: Int32?
    /// One sentence for people, where there is more to say.
    public var message: String?
    /// When it began.
    public var started: Timestamp
    /// When it ended.
    public var ended: Timestamp
    /// The most memory that one of its processes held, in bytes.
    public var maximumResident: Int64
    /// Seconds of processor time.
    public var processorSeconds: Double
    /// How many bytes it wrote to its log, kept or not.
    public var logBytes: Int64

    /// Whether it ended by itself with status 0.
    public var isSuccess: Bool { reason == .exited && status == 0 }

    /// One sentence for people.
    public var summary: String {
        if let message { return message }
        if let signal { return "ended by signal \(signal)" }
        return "ended with status \(status ?? -1)"
    }

    /// As `exit.json` holds it.
    public var json: JSON {
        [
            "reason": .string(reason.rawValue), "status": JSON(status.map { Int64($0) }),
            "signal": JSON(signal.map { Int64($0) }), "message": JSON(message), "started": .int(started.milliseconds),
            "ended": .int(ended.milliseconds), "max_rss": .int(maximumResident),
            "cpu_seconds": .double(processorSeconds),
            "log_bytes": .int(logBytes),
        ]
    }

    /// Makes one.
    public init(
        reason: Reason,
        status: Int32? = nil,
        signal: Int32? = nil,
        message: String? = nil,
        started: Timestamp,
        ended: Timestamp,
        maximumResident: Int64 = 0,
        processorSeconds: Double = 0,
        logBytes: Int64 = 0
    ) {
        self.reason = reason
        self.status = status
        self.signal = signal
        self.message = message
        self.started = started
        self.ended = ended
        self.maximumResident = maximumResident
        self.processorSeconds = processorSeconds
        self.logBytes = logBytes
    }

    /// Reads `exit.json`.
    public init(json: JSON) throws {
        guard let reason = json["reason"]?.string.flatMap(Reason.init), let started = json["started"]?.int,
            let ended = json["ended"]?.int
        else { throw MartletError(.dataLoss, "an exit file is not complete") }
        self.init(
            reason: reason,
            status: json["status"]?.int.map { Int32(truncatingIfNeeded: $0) },
            signal: json["signal"]?.int.map { Int32(truncatingIfNeeded: $0) },
            message: json["message"]?.string,
            started: Timestamp(milliseconds: started),
            ended: Timestamp(milliseconds: ended),
            maximumResident: json["max_rss"]?.int ?? 0,
            processorSeconds: json["cpu_seconds"]?.double ?? 0,
            logBytes: json["log_bytes"]?.int ?? 0
        )
    }
}
