import Basics
import Testing

@Suite struct FairnessTests {
    private let groups: [String?] = ["a", "a", "a", "a", "b", "b", "b", "b", "c", nil]
    private let labels: [Double] = [1, 1, 0, 0, 1, 1, 1, 0, 1, 0]
    private let scores: [Double] = [0.9, 0.2, 0.4, 0.1, 0.3, 0.8, 0.7, 0.9, 0.1, 0.6]

    @Test func `equal opportunity compares true positive rates of groups with enough positives`() throws {
        let found = try FairnessMeasure.equalOpportunityDifference
            .judge(groups: groups, scores: scores, labels: labels, threshold: 0.3, minimum: 2)
        #expect(found.value == 0.5)
        #expect(found.judged.map(\.group) == ["a", "b"])
        #expect(found.tooSmall.map(\.group) == ["(none)", "c"])
        #expect(found.judged.map(\.truePositiveRate) == [0.5, 1])
        #expect(found.judged.map(\.falsePositiveRate) == [0.5, 1])
        #expect(found.tooSmall[0].truePositiveRate == nil)
    }

    @Test func `demographic parity compares selection rates`() throws {
        let found = try FairnessMeasure.demographicParityDifference
            .judge(groups: groups, scores: scores, labels: labels, threshold: 0.5, minimum: 1)
        #expect(found.groups.map(\.selectionRate) == [0.25, 0.75, 1, 0])
        #expect(found.value == 1)
    }

    @Test func `one group alone cannot be unfair`() throws {
        let found = try FairnessMeasure.equalOpportunityDifference
            .judge(groups: groups, scores: scores, labels: labels, threshold: 0.3, minimum: 3)
        #expect(found.judged.map(\.group) == ["b"])
        #expect(found.value == nil)
    }
}
