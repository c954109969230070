// One colour per optimizer.

import Glibc
import OptimizerKit

/// The colours of optimizers and of their variants.
///
/// Colour-blind safe: the qualitative palette of Okabe and Ito (2008), without its yellow, which is
/// lost on white, then colours of Paul Tol's "muted" scheme, of which two are replaced so that any two of all are at
/// least ΔE*ab 11.5 apart whatever colours one sees. A name is hashed to a place in the
/// palette, so that an optimizer has its colour in every figure; where two names meet, one moves on
/// to the next free place: the one that the lab does not know, else the one later in the alphabet.
/// While the lab knows no more names than there are colours, each of them keeps its colour whoever
/// else takes part. Where more take part than there are colours, those that share one differ in dash,
/// then in marks.
///
/// Several settings of one optimizer share its hue, from light to dark in the order of their values.
public struct OptimizerColors: Sendable {
  /// The colours, safe for colour-blind readers.
  public static let palette = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
    "#332288", "#1c1f22", "#882255", "#999933", "#9cc06c", "#7a4a2b",
  ]

  /// What tells a line from others: colour, dash, and marks where those two do not suffice.
  public struct Look: Sendable, Hashable {
    public var color: String
    public var dash: Dash
    /// Marks along the line; nil for none.
    public var symbol: Symbol?

    public init(_ color: String, dash: Dash = .solid, symbol: Symbol? = nil) {
      self.color = color
      self.dash = dash
      self.symbol = symbol
    }
  }

  /// Dashes of those that share a colour. Dotted lines are left to what is not a run: theory, targets.
  private static let dashes: [Dash] = [.solid, .dashed, .dashDotted]
  private static let symbols: [Symbol?] = [nil, .square, .triangle, .diamond, .ring]

  /// A colour of the palette, and how many had it before.
  private struct Place {
    var slot: Int
    var round: Int
  }

  /// By problem, optimizer and label: variants are told apart where they meet, within a problem.
  private var looks: [PluginSpec: [String: [String: Look]]] = [:]
  private var places: [String: Place] = [:]

  /// The colours of these runs.
  ///
  /// - Parameter known: the optimizers that the lab knows, which keep their colours.
  public init(_ runs: [RunRecord], known: [String] = []) {
    let home = Self.places(of: Set(known).sorted(), from: [:])
    let shown = Set(runs.map(\.spec.optimizer.name)).sorted()
    places = Self.places(
      of: shown.filter { home[$0] != nil } + shown.filter { home[$0] == nil }, from: home)
    var variants: [PluginSpec: [String: [String: OptimizerSpec]]] = [:]
    for run in runs {
      let (problem, optimizer) = (run.spec.problem, run.spec.optimizer)
      variants[problem, default: [:]][optimizer.name, default: [:]][run.label] = optimizer
    }
    looks = variants.mapValues { optimizers in
      Dictionary(
        uniqueKeysWithValues: optimizers.map { name, variants in
          let ordered = variants.sorted { $0.value.settingsPrecede($1.value) ?? ($0.key < $1.key) }
          let looks = Self.looks(look(of: name), count: ordered.count)
          return (name, Dictionary(uniqueKeysWithValues: zip(ordered.map(\.key), looks)))
        })
    }
  }

  /// A place for each name in order: its own in `home`, else the hashed one, and the next one that
  /// fewer have where that is taken.
  private static func places(of names: [String], from home: [String: Place]) -> [String: Place] {
    var places: [String: Place] = [:]
    var uses = [Int](repeating: 0, count: palette.count)
    for (rank, name) in names.enumerated() {
      let round = rank / palette.count
      var slot = home[name]?.slot ?? preferredSlot(name)
      while uses[slot] > round { slot = (slot + 1) % palette.count }
      places[name] = Place(slot: slot, round: uses[slot])
      uses[slot] += 1
    }
    return places
  }

  /// The look of a run.
  public subscript(run: TracedRun) -> Look {
    let name = run.spec.optimizer.name
    return looks[run.spec.problem]?[name]?[run.label] ?? look(of: name)
  }

  /// The look of a run by its label and problem; nil where there is none.
  public func look(labelled label: String, on problem: PluginSpec) -> Look? {
    looks[problem]?.values.lazy.compactMap { $0[label] }.first
  }

  /// The looks of participants, by label, whatever the problem: those of one optimizer share its hue, from
  /// light to dark in the order in which they come; of two, the second has the plain colour.
  public func looks(ofParticipants records: [RunRecord]) -> [String: Look] {
    var labels: [String: [String]] = [:]
    var seen: Set<String> = []
    for record in records where seen.insert(record.label).inserted {
      labels[record.spec.optimizer.name, default: []].append(record.label)
    }
    var looks: [String: Look] = [:]
    for (optimizer, own) in labels {
      let plain = look(of: optimizer)
      var shades = Self.looks(plain, count: own.count)
      if own.count == 2 { shades[1] = plain }
      for (label, look) in zip(own, shades) { looks[label] = look }
    }
    return looks
  }

  /// The look of an optimizer, whatever its settings.
  public func look(of optimizer: String) -> Look {
    let place = places[optimizer] ?? Place(slot: Self.preferredSlot(optimizer), round: 0)
    return Look(
      Self.palette[place.slot], dash: Self.dashes[place.round % Self.dashes.count],
      symbol: Self.symbols[place.round / Self.dashes.count % Self.symbols.count])
  }

  /// The plain colour of an optimizer.
  public func color(of optimizer: String) -> String { look(of: optimizer).color }

  /// The place of a name: FNV-1a. The start value was searched for, so that the optimizers most
  /// often seen together lie far apart in the palette and none of them meet.
  static func preferredSlot(_ name: String) -> Int {
    var hash: UInt64 = 14_695_981_039_346_656_037 ^ (5_665_075 &* 0x9E37_79B9_7F4A_7C15)
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
    hash ^= hash >> 32
    return Int(hash % UInt64(palette.count))
  }

  /// The looks of so many variants in their order: one hue from light to dark. Of more than seven, whose
  /// shades are hard to tell apart, neighbours differ in dash too.
  public static func looks(_ plain: Look, count: Int) -> [Look] {
    guard count > 1 else { return [plain] }
    return (0..<count).map { rank in
      var look = plain
      let depth = Double(rank) / Double(count - 1)
      look.color = tinted(plain.color, lightness: 72 - depth * (72 - 20))
      if count > 7 { look.dash = dashes[rank % dashes.count] }
      return look
    }
  }

  /// A colour as it is legible as text on white: darkened where it is light.
  public static func legible(_ color: String) -> String {
    lightness(color) > 58 ? tinted(color, lightness: 58) : color
  }

  /// A colour mixed with white or black so that it has this lightness, CIE L* in 0...100.
  static func tinted(_ color: String, lightness target: Double) -> String {
    let end = target > lightness(color) ? "#ffffff" : "#000000"
    var low = 0.0
    var high = 1.0
    // 2⁻¹⁰ is finer than the steps of a channel.
    for _ in 0..<10 {
      let middle = (low + high) / 2
      let isShort =
        abs(lightness(mixed(color, end, middle)) - lightness(color))
        < abs(target - lightness(color))
      if isShort { low = middle } else { high = middle }
    }
    return mixed(color, end, low)
  }

  /// CIE L* of a colour of the sRGB space.
  static func lightness(_ color: String) -> Double {
    let linear = channels(color).map { value in
      let c = value / 255
      return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
    let y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return y <= 0.008856 ? 903.3 * y : 116 * cbrt(y) - 16
  }

  private static func channels(_ color: String) -> [Double] {
    let number = Int(color.dropFirst(), radix: 16) ?? 0
    return [number >> 16, number >> 8 & 255, number & 255].map(Double.init)
  }

  /// A colour with a share of another.
  public static func mixed(_ a: String, _ b: String, _ share: Double) -> String {
    let value = zip(channels(a), channels(b)).reduce(0) {
      $0 << 8 | Int(($1.0 + share * ($1.1 - $1.0)).rounded())
    }
    let digits = String(value, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }
}
