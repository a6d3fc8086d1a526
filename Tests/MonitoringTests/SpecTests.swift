import Basics
import Declarations
import Testing

@testable import Monitoring

@Suite struct MonitorSpecTests {
    private func decode(_ text: String) throws -> (MonitorSpec?, [String]) {
        let diagnostics = Diagnostics()
        let spec = MonitorSpec.decode(try SpecParser.parse(text, file: "martlet.yaml"), diagnostics)
        return (spec, diagnostics.all.map(\.description))
    }

    static let full = """
        window: 7d
        reference: steps.prepare.train
        drift: {measure: js, warn: 0.1, alert: 0.25, features: [temp, score], minimum: 50}
        quality: {metric: log_loss, alert_above: 0.6, warn_above: 0.5, minimum: 200, actuals_within: 30d}
        nulls: {warn: 0.01, alert: 0.02}
        out_of_range: {alert: 0.2}
        plausible: [0, 1]
        close_after: 3
        on_alert: {run: train, cooldown: 14d}
        """

    @Test func `every field is read, and comes back from storage`() throws {
        let (decoded, mistakes) = try decode(Self.full)
        #expect(mistakes == [])
        let spec = try #require(decoded)
        #expect(spec.window == .seconds(7 * 86_400))
        #expect(spec.drift?.measure == .js)
        #expect(spec.drift?.features == ["temp", "score"])
        #expect(spec.quality?.metric == .logLoss)
        #expect(spec.quality?.calm == 0.5)
        #expect(spec.outOfRange == AlertLevels(warn: 0.05, alert: 0.2))
        #expect(spec.onAlert == .init(run: "train", cooldown: .seconds(14 * 86_400)))
        #expect(MonitorSpec(json: try JSON(parsing: spec.json.text())) == spec)
        #expect(MonitorSpec(json: MonitorSpec().json) == MonitorSpec())
    }

    @Test(arguments: [
        (
            "windoww: 7d",
            "martlet.yaml:1:1: 'windoww' is not a known key (did you mean 'window'? there are: close_after, drift, nulls, on_alert, out_of_range, plausible, quality, reference, window)"
        ),
        (
            "drift: {measure: kl}",
            "martlet.yaml:1:18: drift.measure: 'kl' is not known (did you mean 'js'? there are: js, psi)"
        ),
        (
            "drift: {warn: 0.5, alert: 0.2}",
            "martlet.yaml:1:15: drift.warn: 'warn' is 0.5 and above 'alert', 0.2 (warn comes before alert)"
        ),
        (
            "quality: {metric: auroc, alert_above: 0.5, alert_below: 0.4}",
            "martlet.yaml:1:39: quality.alert_above: 'alert_above' does not suit 'auroc', whose large values are good (alert_below, warn_below)"
        ),
        ("quality: {metric: auroc}", "martlet.yaml:1:10: quality: 'alert_below' is missing"),
        ("plausible: [1, 0]", "martlet.yaml:1:12: plausible: not a range of scores (two numbers such as [0, 1])"),
        ("window: 5ms", "martlet.yaml:1:9: window: a window of less than a second (such as 1h or 7d)"),
    ]) func `a mistake is told with its place and what would be right`(_ text: String, _ message: String) throws {
        let (_, mistakes) = try decode(text)
        #expect(mistakes == [message])
    }
}
