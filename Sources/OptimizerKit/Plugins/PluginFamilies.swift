// Plugins, sorted into their families.

/// Things of which each belongs to a family, grouped: families of the table in its order, then those
/// that plugins have named themselves, and last what has none.
public struct PluginFamilies<Member> {
  public let groups: [(family: Family, members: [Member])]

  /// - Parameter members: within a family they keep their order.
  public init(_ members: [Member], family: (Member) -> Family) {
    let grouped = Dictionary(grouping: members, by: family)
    func rank(_ family: Family) -> Int {
      family == .other ? .max : Family.all.firstIndex(of: family) ?? Family.all.count
    }
    groups =
      grouped.sorted { (rank($0.key), $0.key.name) < (rank($1.key), $1.key.name) }
      .map { (family: $0.key, members: $0.value) }
  }
}
