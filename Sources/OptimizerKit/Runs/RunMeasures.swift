// What is measured of a run, once, when it is done.

/// The measures of one run, each nil where the run does not have it (no known minimum, no points, a
/// network where a surface is meant). Tables, figures, statistics and exports read them from here.
public struct RunMeasures: Codable, Sendable, Equatable {
  /// The share of steps that turn back along the steep direction, in 0...1.
  public var zigZag: Double?
  /// On how many pairs of steps that share rests.
  public var turns: Double?
  /// The mean cosine between successive steps, in −1...1.
  public var meanCosine: Double?
  /// The farthest passage beyond the minimum along the steepest direction, in per cent of the initial
  /// distance.
  public var steepOvershoot: Double?
  /// The same along the flattest direction.
  public var flatOvershoot: Double?
  /// The step after which the distance stays below a hundredth of the initial one.
  public var settlingStep: Double?
  /// The sum of the distances between points.
  public var pathLength: Double?
  /// The straight distance from start to end over the path's length, in 0...1.
  public var pathEfficiency: Double?
  /// The linear rate fitted to the tail: the factor a step of the distance from the minimum.
  public var rate: Double?
  /// The rate that theory gives, on a quadratic, for a rule that is linear.
  public var theoreticalRate: Double?
  /// The first step at which the loss is well below the saddle's.
  public var escapeStep: Double?
  /// The number of updates before the first validation pass that meets the problem's target. It is as
  /// fine as the validation passes are: between two of them nobody looks.
  public var stepsToTarget: Double?
  /// ‖Δw‖/‖w‖: the median over weight tensors and over the steps at which it was looked at.
  public var updateRatio: Double?
  /// What the loss curve of a training looks like, by the number of its class: `curve` is the class.
  public var lossCurve: Double?
  /// What was evaluated before the first row with f − f* ≤ 10⁻ᵏ (f₀ − f*), for k from 1 to 8 in this
  /// order: `EvaluationCounts.evaluations`, all of it; nil for what is not reached.
  public var evaluationsTo = [Double?](repeating: nil, count: RunMeasures.targets.count)

  public init() {}

  /// What the loss curve of a training looks like.
  public var curve: LossCurve? {
    lossCurve.flatMap { Int(exactly: $0) }.flatMap(LossCurve.init(rawValue:))
  }

  /// The targets of a run on a surface whose minimum is known, as shares of the start's f₀ − f*.
  public static let targets = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8]

  /// A measure by name.
  public struct Column: Sendable {
    /// The name: that of the property, and of the column in which it is stored.
    public let name: String
    public let path: WritableKeyPath<RunMeasures, Double?> & Sendable
  }

  /// All measures, in order: a new one is a property and a line here.
  public static let columns: [Column] =
    [
      Column(name: "zigZag", path: \.zigZag),
      Column(name: "turns", path: \.turns),
      Column(name: "meanCosine", path: \.meanCosine),
      Column(name: "steepOvershoot", path: \.steepOvershoot),
      Column(name: "flatOvershoot", path: \.flatOvershoot),
      Column(name: "settlingStep", path: \.settlingStep),
      Column(name: "pathLength", path: \.pathLength),
      Column(name: "pathEfficiency", path: \.pathEfficiency),
      Column(name: "rate", path: \.rate),
      Column(name: "theoreticalRate", path: \.theoreticalRate),
      Column(name: "escapeStep", path: \.escapeStep),
      Column(name: "stepsToTarget", path: \.stepsToTarget),
      Column(name: "updateRatio", path: \.updateRatio),
      Column(name: "lossCurve", path: \.lossCurve),
    ]
    + targets.indices.map { Column(name: "evaluationsTo1e\($0 + 1)", path: \.evaluationsTo[$0]) }
}
