import ArgumentParser
import Basics

/// `martlet data`
struct DataVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Look at datasets, add versions, decide about versions that wait.",
        discussion: """
            EXAMPLES:
              martlet data list
              martlet data show flights
              martlet data add flights 2013-01.parquet 2013-02.parquet
              martlet data accept flights 3 --reason "the sensor was replaced"
            """,
        subcommands: [DataListVerb.self, DataShowVerb.self, DataAddVerb.self, DataAcceptVerb.self, DataRejectVerb.self]
    )
}
