@main
struct Martlet {
    static func main() async throws {}
}
