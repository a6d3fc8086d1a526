import Basics
import Workers

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The environment of a step's process: what `docs/steps.md` promises, and nothing of the server's own beside a short list.
enum StepEnvironment {
    static func make(
        settings: PipelineSettings,
        python: PythonEnvironment,
        folder: AttemptFolder,
        cpu: Double,
        params: JSONObject,
        mlflowRun: String?
    ) -> [String: String] {
        var variables: [String: String] = [:]
        for name in settings.inherited {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        variables["PATH"] = "\(python.programs):/usr/local/bin:/usr/bin:/bin"
        variables["TMPDIR"] = folder.path + "/tmp"
        variables["PYTHONUNBUFFERED"] = "1"
        variables["PYTHONPATH"] = settings.package
        variables["MARTLET_STEP"] = folder.path + "/step.json"
        variables["MARTLET_OUTPUTS"] = folder.path + "/outputs"
        variables["MARTLET_URL"] = settings.url
        variables["MLFLOW_TRACKING_URI"] = settings.url
        variables["MLFLOW_RUN_ID"] = mlflowRun
        variables["GIT_PYTHON_REFRESH"] = "quiet"
        let threads = String(max(1, Int(cpu.rounded(.up))))
        for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"] {
            variables[name] = threads
        }
        for (name, value) in params { variables["MARTLET_PARAM_\(variable(name))"] = text(value) }
        return variables
    }

    /// A value as text: strings as they are, the rest as JSON.
    static func text(_ value: JSON) -> String { value.string ?? value.text() }

    private static func variable(_ name: String) -> String {
        String(name.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}
