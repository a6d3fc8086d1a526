import Basics

extension WindowTally {
    private static let format: UInt8 = 1

    var packed: [UInt8] {
        var writer = PackedWriter()
        writer.byte(Self.format)
        writer.number(predictions)
        writer.count(features.count)
        for feature in features {
            writer.counts(feature.bins)
            writer.number(feature.nulls)
            writer.number(feature.outOfRange)
        }
        writer.counts(scores)
        writer.double(scoreSum)
        for value in [finiteScores, notFinite, outsideUnit, implausible] { writer.number(value) }
        for value in [quality.arrived, quality.rated, quality.numbers, quality.outside, quality.correct] {
            writer.number(value)
        }
        for value in [quality.logLoss, quality.squared, quality.absolute] { writer.double(value) }
        writer.counts(quality.histogram.negatives)
        writer.counts(quality.histogram.positives)
        writer.counts(latency.packed)
        return writer.bytes
    }

    init(packed: [UInt8]) throws {
        self.init(nil)
        var reader = PackedReader(packed)
        guard try reader.byte() == Self.format else { throw PackedReader.damaged }
        predictions = try reader.number()
        features = try (0..<(try reader.count(ofSize: 3))).map { _ in
            let bins = try reader.counts()
            var feature = FeatureTally(bins: bins.count)
            feature.bins = bins
            feature.nulls = try reader.number()
            feature.outOfRange = try reader.number()
            return feature
        }
        scores = try reader.counts()
        scoreSum = try reader.double()
        finiteScores = try reader.number()
        notFinite = try reader.number()
        outsideUnit = try reader.number()
        implausible = try reader.number()
        quality.arrived = try reader.number()
        quality.rated = try reader.number()
        quality.numbers = try reader.number()
        quality.outside = try reader.number()
        quality.correct = try reader.number()
        quality.logLoss = try reader.double()
        quality.squared = try reader.double()
        quality.absolute = try reader.double()
        quality.histogram.negatives = try reader.counts()
        quality.histogram.positives = try reader.counts()
        latency = LatencySketch(counts: try reader.counts())
        let bins = ScoreScale.bins
        guard scores.count == bins, quality.histogram.negatives.count == bins, quality.histogram.positives.count == bins
        else { throw PackedReader.damaged }
    }
}
