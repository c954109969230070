// The families into which `optlab list` sorts plugins.

/// A group of plugins of one kind that are relatives of each other: `Family.adaptive`.
///
/// A plugin whose family is not here names its own: `static let family: Family = "quantum"`.
public struct Family: Hashable, Sendable, ExpressibleByStringLiteral, Encodable {
  /// What `optlab list --family` asks for: lower case, digits and hyphens.
  public let name: String
  /// One line: what its members have in common; empty for a family that is not in this table.
  public let summary: String

  public init(stringLiteral name: String) { self.init(name) }

  init(_ name: String, _ summary: String = "") {
    self.name = name
    self.summary = summary
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }

  public static func == (a: Family, b: Family) -> Bool { a.name == b.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Family {
  /// Plugins that name no family.
  public static let other = Family("other", "what names no family")

  // Optimizers.
  public static let momentum = Family(
    "momentum", "gradient descent, and averages of past gradients")
  public static let adaptive = Family(
    "adaptive", "a learning rate for each coordinate, from its past gradients")
  public static let sign = Family("sign", "the sign of a gradient or an average, not its size")
  public static let layerwise = Family(
    "layerwise", "a learning rate for each tensor, from norms of weights and gradients")
  public static let memory = Family(
    "memory", "adaptive with less state than a number for each coordinate")
  public static let matrix = Family("matrix", "weights seen as matrices, not as lists of numbers")
  public static let parameterFree = Family(
    "parameter-free", "the learning rate found on the way, not given")
  public static let varianceReduction = Family(
    "variance-reduction", "gradients corrected by those of other steps or points")
  public static let lineSearch = Family(
    "line-search", "a step length found along a direction, by evaluations or in closed form")
  public static let secondOrder = Family(
    "second-order", "curvature: Hessians, products with them, or what gradients tell of them")
  public static let gradientFree = Family("gradient-free", "losses only")

  // Wrappers.
  public static let gradients = Family(
    "gradients", "the gradient is changed before the step that is wrapped")
  public static let updates = Family("updates", "the step that was wrapped is changed after it")
  public static let averaging = Family("averaging", "averages of the points of the path")
  public static let sharpness = Family("sharpness", "gradients from the neighbourhood")

  // Schedules.
  public static let decay = Family("decay", "from one value to another over the budget")
  public static let warmup = Family("warm-up", "before another schedule")
  public static let cyclic = Family("cyclic", "up and down")
  public static let reactive = Family("reactive", "reads the loss")

  // Problems.
  public static let quadratic = Family("quadratic", "quadratic forms")
  public static let saddle = Family("saddle", "stationary points that are no minima")
  public static let valley = Family("valley", "long, narrow or curved valleys")
  public static let bowl = Family("bowl", "one minimum, of various shapes")
  public static let multimodal = Family("multimodal", "many minima")
  public static let structured = Family(
    "structured", "regression, factorisation and other models without a network")
  public static let network = Family("network", "the training of networks")

  /// The families of this table, in the order in which they are listed.
  public static let all: [Family] = [
    .momentum, .adaptive, .sign, .layerwise, .memory, .matrix, .parameterFree, .varianceReduction,
    .lineSearch, .secondOrder, .gradientFree,
    .gradients, .updates, .averaging, .sharpness,
    .decay, .warmup, .cyclic, .reactive,
    .quadratic, .bowl, .valley, .saddle, .multimodal, .structured, .network,
  ]
}
