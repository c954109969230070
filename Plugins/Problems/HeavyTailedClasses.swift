import Networks
import OptimizerKit

/// Softmax regression on classes of very unequal frequency, all examples in every gradient.
///
///     L = −1/n Σ log softmax(W xᵢ)_yᵢ      x uniform in [0, 1)ᵈ
///
/// The classes come in groups with equally many examples each: one class with all of them, two with half
/// as many each, four with a quarter, ..., so that the k-th class has a share of about 1/k, as the words
/// of a language. Features say nothing of classes: what is fitted beyond their frequencies is learnt by
/// heart. The loss starts at ln c, for c classes. There is no minibatch noise.
///
/// Full-batch gradient descent learns one group after the other, the frequent ones first, for the gradient
/// of a class shrinks with its frequency, and so does its curvature: there are as many time scales as
/// frequencies. Methods that take no account of the gradient's size go alike for all. With `balanced` all
/// classes are alike frequent, and nothing of this is to be seen.
///
/// Validated on the training examples, for what is asked is how they are fitted.
///
/// Kunstner, Yadav, Milligan, Schmidt and Bietti 2024, arXiv 2402.19449, the linear model with random
/// labels.
public struct HeavyTailedClasses: TrainingProblem {
  public static let name = "heavy-tailed-classes"
  public static let summary = "softmax regression on classes with frequencies as 1/k"
  public static let shows = "rare classes that gradient descent leaves behind"
  public static let source = "Kunstner et al. 2024, arXiv 2402.19449"
  public static let family = Family.structured

  @Hyperparameter("groups of classes; the g-th has 2ᵍ⁻¹ classes", in: 1.0...10)
  public var groups = 7
  @Hyperparameter("dimension d over the number of examples", in: 0.01...10) public var width = 0.3
  @Hyperparameter("whether all classes are alike frequent") public var balanced = false

  public init() {}

  /// Examples in a group: two for each of the rarest classes.
  private var groupSize: Int { 1 << groups }
  private var count: Int { groups * groupSize }
  private var classes: Int { 1 << groups - 1 }
  private var dimension: Int { max(1, Int((width * Double(count)).rounded())) }

  private var layers: [any Layer] { [Dense(classes, weights: .zeros, biases: nil)] }

  public var stepsPerPass: Int? { 1 }
  public var parameterLayout: ParameterLayout? {
    var layout = ParameterLayout()
    layout.append(
      "dense1.weight", shape: [classes, dimension], role: .weight, fanIn: dimension)
    return layout
  }

  public func makeSession(seed: UInt64) throws -> any TrainingSession {
    let all = try examples(seed: seed)
    return try NetworkSession(layers, training: all, validation: all, batch: count, seed: seed)
  }

  /// The examples of the run with `seed`.
  ///
  /// - Parameter group: only those of a group, from 0; of all if left out. The classes of the g-th group,
  ///   from 0, are those from 2ᵍ − 1 on, 2ᵍ of them.
  public func examples(seed: UInt64, group: Int? = nil) throws -> any Examples {
    var random = RandomSource(seed: seed, purpose: .instance)
    var values: [Float] = []
    var labels: [Int32] = []
    for i in 0..<count {
      let features = (0..<dimension).map { _ in Float(random.uniform()) }
      let label: Int
      let home: Int
      if balanced {
        label = i % classes
        home = (label + 1).bitWidth - 1 - (label + 1).leadingZeroBitCount
      } else {
        home = i / groupSize
        label = 1 << home - 1 + i % (1 << home)
      }
      guard group == nil || group == home else { continue }
      values += features
      labels.append(Int32(label))
    }
    return try FloatExamples(
      values: values, labels: labels, shape: [dimension], classes: classes, dataSet: Self.name)
  }
}
