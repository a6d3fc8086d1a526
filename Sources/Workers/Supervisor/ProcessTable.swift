import Basics
import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A process as the kernel knows it: its number alone may be used again, number and start time may not.
public struct ProcessIdentity: Sendable, Hashable {
    /// The process number.
    public let pid: Int32
    /// When it started, in the kernel's ticks since boot.
    public let start: Int64
    /// Which boot of the machine: ticks begin again with each.
    public let boot: String

    /// The process of this number, as it is now; `nil` where there is none, or only its remains.
    public static func of(_ pid: Int32) -> ProcessIdentity? {
        guard let entry = ProcessTable.entry(pid), entry.state != UInt8(ascii: "Z") else { return nil }
        return ProcessIdentity(pid: pid, start: entry.start, boot: ProcessTable.boot)
    }

    /// Whether it still runs.
    public var isAlive: Bool { Self.of(pid) == self }

    var json: JSON { ["pid": .int(Int64(pid)), "start": .int(start), "boot": .string(boot)] }

    init?(json: JSON) {
        guard let pid = json["pid"]?.int, let start = json["start"]?.int, let boot = json["boot"]?.string else {
            return nil
        }
        self.init(pid: Int32(truncatingIfNeeded: pid), start: start, boot: boot)
    }

    init(pid: Int32, start: Int64, boot: String) {
        self.pid = pid
        self.start = start
        self.boot = boot
    }
}

/// What the kernel tells of processes; see `man 5 proc`.
enum ProcessTable {
    struct Entry {
        let pid: Int32
        let state: UInt8
        let parent: Int32
        let session: Int32
        let start: Int64
        let resident: Int64
    }

    /// Names this boot of the machine.
    static let boot: String = {
        guard let bytes = try? FileIO.read("/proc/sys/kernel/random/boot_id", limit: 100) else { return "" }
        return String(decoding: bytes.prefix { $0 > 32 }, as: UTF8.self)
    }()

    private static let pageSize = Int64(sysconf(Int32(_SC_PAGESIZE)))

    static func entry(_ pid: Int32) -> Entry? {
        #if os(Linux)
        guard let bytes = try? FileIO.read("/proc/\(pid)/stat", limit: 4096),
            // The name stands in parentheses and may hold anything, parentheses too: the fields begin behind the last.
            let close = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = bytes[(close + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 21 else { return nil }
        func number(_ field: Int) -> Int64 { Int64(String(decoding: fields[field - 3], as: UTF8.self)) ?? 0 }
        return Entry(
            pid: pid,
            state: fields[0].first ?? 0,
            parent: Int32(truncatingIfNeeded: number(4)),
            session: Int32(truncatingIfNeeded: number(6)),
            start: number(22),
            resident: number(24) * pageSize
        )
        #else
        return kill(pid, 0) == 0
            ? Entry(pid: pid, state: UInt8(ascii: "S"), parent: 0, session: getsid(pid), start: 0, resident: 0) : nil
        #endif
    }

    /// The processes of a session and the orphans that its leader took in, without the leader itself.
    static func members(of leader: Int32) -> [Entry] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [Entry] = []
        while let item = readdir(directory) {
            let name = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let pid = Int32(name), pid != leader, let entry = entry(pid),
                entry.session == leader || entry.parent == leader
            else { continue }
            found.append(entry)
        }
        return found
    }

    /// What a process holds of memory with shared pages counted by share: forked workers do not count what they share twice.
    static func proportional(_ pid: Int32) -> Int64? {
        guard let bytes = try? FileIO.read("/proc/\(pid)/smaps_rollup", limit: 65_536) else { return nil }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("Pss:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 * 1024 }
        }
        return nil
    }
}
