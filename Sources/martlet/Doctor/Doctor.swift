import Analytics
import Basics
import Foundation
import NIOCore
import NIOHTTP1
import Platform
import Storage

/// Looks at the machine as a server would find it.
struct Doctor: Sendable {
    let settings: Settings
    let server: ServerOptions

    /// All findings, in the order in which one would put them right.
    func examine() async -> [Finding] {
        var findings = [Finding(grade: .good, check: "version", what: "martlet", found: Version.martlet), clock()]
        findings.append(folder())
        findings.append(space())
        let (interpreter, environment) = await python()
        findings += interpreter
        findings.append(await uv(isNeeded: environment == nil))
        findings.append(await duckdb(environment))
        findings.append(await git())
        findings += await reach()
        return findings
    }

    private func clock() -> Finding {
        let now = World.system.now()
        let isSane = now > Timestamp(milliseconds: 1_735_689_600_000)
        return Finding(
            grade: isSane ? .good : .missing,
            check: "clock",
            what: "clock",
            found: now.iso8601,
            advice: isSane ? nil : "set the clock: events, windows and tokens go by it"
        )
    }

    private var dataFolder: String { settings["data"] ?? "martlet-data" }

    private func folder() -> Finding {
        let path = dataFolder
        let isThere = FileIO.facts(path)?.kind == .folder
        let probe = isThere ? path : FileIO.parent(of: path)
        let file = probe + "/.martlet-doctor-\(World.system.uuid())"
        do {
            try FileIO.writeAtomically([0], to: file)
            try? FileManager.default.removeItem(atPath: file)
            let found = isThere ? "\(path) can be written" : "\(path) will be made"
            return Finding(grade: .good, check: "data", what: "data folder", found: found)
        } catch {
            return Finding(
                grade: .missing,
                check: "data",
                what: "data folder",
                found: "\(probe) cannot be written (\(MartletError(wrapping: error).message))",
                advice: "choose another by --data or MARTLET_DATA, or change its owner"
            )
        }
    }

    private func space() -> Finding {
        let path = FileIO.facts(dataFolder)?.kind == .folder ? dataFolder : FileIO.parent(of: dataFolder)
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: path)
        guard let free = (facts?[.systemFreeSize] as? NSNumber)?.int64Value else {
            return Finding(grade: .note, check: "space", what: "free space", found: "the system does not say")
        }
        let grade: Finding.Grade = free < 256 << 20 ? .missing : free < 2 << 30 ? .note : .good
        return Finding(
            grade: grade,
            check: "space",
            what: "free space",
            found: Figure.bytes(free),
            advice: grade == .good ? nil : "free some: environments take about 1 GiB, each dataset version what it is"
        )
    }

    /// The interpreter that steps and models run in, and the environment that it belongs to.
    private func python() async -> ([Finding], String?) {
        let script = """
            import importlib.metadata as m, sys
            def v(n):
                try: return m.version(n)
                except Exception: return '-'
            print(sys.prefix); print(sys.version.split()[0]); print(*[n + '=' + v(n) for n in ('mlflow', 'duckdb')])
            """
        guard let named = settings["python"] else {
            let answer = await Command.ask("python3", ["-c", script])
            let lines = answer?.text.split(separator: "\n").map(String.init) ?? []
            return (
                [
                    Finding(
                        grade: .note,
                        check: "python",
                        what: "Python",
                        found: lines.count == 3
                            ? "none is set; each project gets an environment by uv (the system has \(lines[1]))"
                            : "none is set, and there is no python3"
                    )
                ], nil
            )
        }
        guard let answer = await Command.ask(named, ["-c", script]), answer.isSuccess else {
            return (
                [
                    Finding(
                        grade: .missing,
                        check: "python",
                        what: "Python",
                        found: "'\(named)' cannot be started",
                        advice: "set --python or MARTLET_PYTHON to an interpreter, or leave it empty for uv"
                    )
                ], nil
            )
        }
        let lines = answer.text.split(separator: "\n").map(String.init)
        guard lines.count == 3 else { return ([], nil) }
        let lacks = lines[2].split(separator: " ").filter { $0.hasSuffix("=-") }.map { String($0.dropLast(2)) }
        return (
            [
                Finding(grade: .good, check: "python", what: "Python", found: "\(named), \(lines[1])"),
                Finding(
                    grade: lacks.contains("mlflow") ? .missing : lacks.isEmpty ? .good : .note,
                    check: "packages",
                    what: "Python packages",
                    found: lines[2].replacing("=-", with: " is missing").replacing("=", with: " "),
                    advice: lacks.isEmpty ? nil : "\(named) -m pip install \(lacks.joined(separator: " "))"
                ),
            ], lines[0]
        )
    }

    private func uv(isNeeded: Bool) async -> Finding {
        if let answer = await Command.ask("uv", ["--version"]), answer.isSuccess {
            return Finding(grade: .good, check: "uv", what: "uv", found: answer.text)
        }
        return Finding(
            grade: isNeeded ? .missing : .note,
            check: "uv",
            what: "uv",
            found: isNeeded
                ? "not found, and no Python interpreter is set" : "not found; not needed with the Python above",
            advice: isNeeded ? "python3 -m pip install uv, or set --python to an interpreter with the packages" : nil
        )
    }

    private func duckdb(_ environment: String?) async -> Finding {
        var known = AnalyticsSettings(library: settings["duckdb"])
        if let path = ServerOptions.variable("MARTLET_DUCKDB") { known.environment["MARTLET_DUCKDB"] = path }
        if let environment { known.pythonEnvironments = [environment] }
        do {
            let (version, path) = try await Analytics(known).library()
            return Finding(grade: .good, check: "duckdb", what: "DuckDB", found: "\(version), \(path)")
        } catch {
            let error = MartletError(wrapping: error)
            // Without an interpreter there is nowhere to look yet: the project's own environment will have it.
            return Finding(
                grade: environment == nil ? .note : .missing,
                check: "duckdb",
                what: "DuckDB",
                found: error.message,
                advice: error.hint ?? "python -m pip install duckdb==1.5.5, or set 'duckdb' to a libduckdb.so"
            )
        }
    }

    private func git() async -> Finding {
        if let answer = await Command.ask("git", ["--version"]), answer.isSuccess {
            return Finding(grade: .good, check: "git", what: "git", found: answer.text)
        }
        return Finding(
            grade: .note,
            check: "git",
            what: "git",
            found: "not found; `apply` then cannot say which commit the code is of"
        )
    }

    private func reach() async -> [Finding] {
        do {
            let (base, version, date) = try await Client.use(server) { client in
                let answer = try await client.bytes(.GET, "/api/v1/version", deadline: .seconds(5))
                let json = try JSON(parsing: answer.body.readableBytesView)
                return (client.base, json["martlet"]?.string ?? "?", answer.headers.first(name: "Date"))
            }
            let isSame = version == Version.martlet
            var findings = [
                Finding(
                    grade: isSame ? .good : .note,
                    check: "server",
                    what: "server",
                    found: "\(base) answers, version \(version)",
                    advice: isSame ? nil : "this program is \(Version.martlet); use the same version on both sides"
                )
            ]
            if let skew = date.flatMap(Self.skew), abs(skew) > 5 {
                findings.append(
                    Finding(
                        grade: .note,
                        check: "skew",
                        what: "server's clock",
                        found: "\(Figure.seconds(abs(skew))) \(skew > 0 ? "ahead of" : "behind") this machine's",
                        advice: "let both follow a time server"
                    )
                )
            }
            return findings
        } catch {
            let error = MartletError(wrapping: error)
            return [
                Finding(grade: .note, check: "server", what: "server", found: error.message, advice: error.hint)
            ]
        }
    }

    /// Seconds by which an HTTP date is ahead of this machine's clock.
    private static func skew(_ date: String) -> Double? {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: date).map { $0.timeIntervalSinceNow }
    }
}
