/// Names for runs and models that were given none: an adjective, a bird, a number.
enum RandomName {
    private static let adjectives = [
        "able", "airy", "amber", "ardent", "bold", "brave", "bright", "brisk", "calm", "clear", "clever", "crisp",
        "daring",
        "deft", "eager", "early", "easy", "fair", "fleet", "fond", "frank", "fresh", "gentle", "glad", "golden",
        "grand",
        "handy", "hardy", "hasty", "honest", "humble", "jolly", "keen", "kind", "lively", "loyal", "lucky", "mellow",
        "merry",
        "mild", "nimble", "noble", "patient", "placid", "plucky", "proud", "quick", "quiet", "rapid", "ready", "rosy",
        "serene", "sharp", "silver", "sleek", "smart", "spry", "steady", "sunny", "swift", "tidy", "vivid", "warm",
        "wise",
    ]
    private static let birds = [
        "auk", "avocet", "bittern", "bunting", "buzzard", "chough", "cormorant", "crake", "crane", "curlew", "dipper",
        "dove",
        "dunlin", "eider", "falcon", "fieldfare", "finch", "fulmar", "gannet", "godwit", "goshawk", "grebe", "grouse",
        "harrier", "heron", "hobby", "hoopoe", "ibis", "jackdaw", "jay", "kestrel", "kite", "knot", "lapwing", "lark",
        "linnet", "magpie", "martin", "merlin", "nightjar", "nuthatch", "oriole", "osprey", "ouzel", "owl", "petrel",
        "pipit", "plover", "puffin", "quail", "raven", "redstart", "robin", "rook", "ruff", "shrike", "siskin", "snipe",
        "starling", "swallow", "swift", "teal", "tern", "thrush", "wagtail", "warbler", "wheatear", "whimbrel", "wren",
    ]

    /// A name such as `steady-curlew-417`.
    static func make() -> String {
        "\(adjectives.randomElement() ?? "swift")-\(birds.randomElement() ?? "martin")-\(Int.random(in: 0...999))"
    }
}
