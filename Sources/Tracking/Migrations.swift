public import Storage

extension Tracking {
    /// The tables of the tracking room.
    ///
    /// Points and whatever else is read by run alone are clustered by their key (`WITHOUT ROWID`, which the PostgreSQL engine
    /// leaves out as it maps `BLOB`): a point then costs one insert into one tree instead of two. Runs and metric names are
    /// small numbers inside, so that a point takes about 30 bytes. A value that is not a number is stored as 0 with a flag.
    public static let migrations = RoomMigrations(
        room: "tracking",
        [
            Migration("Create experiments and runs", Tables.experimentsAndRuns),
            Migration("Create metrics, params and tags", Tables.metricsParamsAndTags),
            Migration("Create dataset inputs and logged models", Tables.inputsAndModels),
            Migration("Create artifacts", Tables.artifacts),
        ]
    )
}
