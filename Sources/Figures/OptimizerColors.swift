// One colour per optimizer.

import OptimizerKit

/// The colours of optimizers and of their variants.
///
/// Colour-blind safe: the qualitative palette of Okabe and Ito (2008), without its yellow, which is
/// lost on white, then colours of Paul Tol's "muted" scheme. A name is hashed to a place in the
/// palette, so that an optimizer has its colour in every figure; where two names meet, one moves on
/// to the next free place: the one that the lab does not know, else the one later in the alphabet.
/// While the lab knows no more names than there are colours, each of them keeps its colour whoever
/// else takes part.
/// Several settings of one optimizer share its colour and differ in shade and dash.
public struct OptimizerColors: Sendable {
  /// The colours, safe for colour-blind readers.
  public static let palette = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
    "#332288", "#3d4144", "#882255", "#999933", "#44aa99", "#7a4a2b",
  ]

  /// A colour and a dash.
  public struct Look: Sendable, Equatable {
    public var color: String
    public var dash: Dash
  }

  /// Variants are told apart where they meet: within a problem.
  private struct Side: Hashable {
    var optimizer: String
    var problem: PluginSpec
    init(_ run: TracedRun) {
      optimizer = run.spec.optimizer.name
      problem = run.spec.problem
    }
  }

  private var looks: [Side: [String: Look]] = [:]
  private var slots: [String: Int] = [:]

  /// The colours of these runs.
  ///
  /// - Parameter known: the optimizers that the lab knows, which keep their colours.
  public init(_ runs: [TracedRun], known: [String] = []) {
    let home = Self.places(of: Set(known).sorted(), from: [:])
    let shown = Set(runs.map(\.spec.optimizer.name)).sorted()
    slots = Self.places(
      of: shown.filter { home[$0] != nil } + shown.filter { home[$0] == nil }, from: home)
    var labels: [Side: Set<String>] = [:]
    for run in runs { labels[Side(run), default: []].insert(run.label) }
    for (side, labels) in labels {
      // The shortest label comes first and has the plain colour.
      let ordered = labels.sorted { ($0.count, $0) < ($1.count, $1) }
      for (variant, label) in ordered.enumerated() {
        looks[side, default: [:]][label] = Look(
          color: Self.shade(color(of: side.optimizer), variant),
          dash: Dash(rawValue: variant % 4 + 1)!)
      }
    }
  }

  /// A place for each name in order: its own in `home`, else the hashed one, and the next free one
  /// where that is taken and another is free.
  private static func places(of names: [String], from home: [String: Int]) -> [String: Int] {
    var places: [String: Int] = [:]
    var taken: Set<Int> = []
    for name in names {
      var slot = home[name] ?? preferredSlot(name)
      if taken.count < palette.count {
        while taken.contains(slot) { slot = (slot + 1) % palette.count }
      }
      taken.insert(slot)
      places[name] = slot
    }
    return places
  }

  /// The look of a run.
  public subscript(run: TracedRun) -> Look {
    looks[Side(run)]?[run.label] ?? Look(color: color(of: run.spec.optimizer.name), dash: .solid)
  }

  /// The plain colour of an optimizer.
  public func color(of optimizer: String) -> String {
    Self.palette[slots[optimizer] ?? Self.preferredSlot(optimizer)]
  }

  /// The place of a name: FNV-1a. The start value was searched for, so that the optimizers most
  /// often seen together lie far apart in the palette and none of them meet.
  static func preferredSlot(_ name: String) -> Int {
    var hash: UInt64 = 14_695_981_039_346_656_037 ^ (5_665_075 &* 0x9E37_79B9_7F4A_7C15)
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
    hash ^= hash >> 32
    return Int(hash % UInt64(palette.count))
  }

  /// The shade of a variant: the colour itself, then by turns darker and lighter.
  public static func shade(_ color: String, _ variant: Int) -> String {
    guard variant > 0 else { return color }
    let amount = min(0.2 + 0.15 * Double((variant + 1) / 2), 0.6)
    return mixed(color, variant % 2 == 1 ? "#000000" : "#ffffff", amount)
  }

  /// A colour with a share of another.
  public static func mixed(_ a: String, _ b: String, _ share: Double) -> String {
    func parts(_ color: String) -> [Double] {
      let number = Int(color.dropFirst(), radix: 16) ?? 0
      return [number >> 16, number >> 8 & 255, number & 255].map(Double.init)
    }
    let value = zip(parts(a), parts(b)).reduce(0) {
      $0 << 8 | Int(($1.0 + share * ($1.1 - $1.0)).rounded())
    }
    let digits = String(value, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }
}
