// What `optlab new` writes: whole small plugins that work, with comments on what to change.

enum PluginTemplate {
  static let optimizer = #"""
    import OptimizerKit

    /// TYPE: say here what it is, with its equation and its source.
    ///
    ///     m ← β m + (1 − β) g
    ///     x ← x − α sign(m)
    public struct TYPE: CoordinateRule {
      /// What it is asked for by.
      public static let name = "NAME"
      public static let summary = "the sign of averaged gradients"
      public static let source = ""

      // Declared once: default, valid range, scale, help. The name is that of the property; the
      // learning rate is always called lr.
      @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
      @Hyperparameter("decay of the average", in: 0..<1) public var beta = 0.9

      /// The names of the state of one coordinate, at most four; all start at 0. Leave it out for a
      /// rule without state.
      public enum State: Int, StateNames { case m }

      public init() {}

      /// The update of one coordinate. R is Float for a network, Double for a surface.
      public func update<R: Real>(
        _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
      ) {
        s[.m] = beta * s[.m] + (1 - beta) * g
        x -= lr * s[.m].signum
      }
    }

    """#

  static let schedule = #"""
    import OptimizerKit

    /// TYPE: say here what it is, with its equation and its source.
    ///
    ///     value = base · (1 − t/T)ᵖ
    public struct TYPE: Schedule {
      /// What it is asked for by.
      public static let name = "NAME"
      public static let summary = "falls to 0 as a power of the budget that is left"
      public static let source = ""

      @Hyperparameter("the power p", in: 0...) public var power = 1.0

      public init() {}

      /// The value at `step` (from 0) of `steps`; `base` is the hyperparameter's own value.
      public func value(base: Double, step: Int, steps: Int) -> Double {
        let left = max(1 - Double(step) / Double(max(steps, 1)), 0)
        return left == 0 ? 0 : base * exp(power * log(left))
      }
    }

    """#

  static let problem = #"""
    import OptimizerKit

    /// TYPE: say here what it is, with its formula, its minimum and its source.
    ///
    ///     f(x, y) = x⁴ + a (y − x)²
    public struct TYPE: Surface {
      /// What it is asked for by.
      public static let name = "NAME"
      public static let summary = "a flat quartic in a narrow valley"
      public static let shows = "slow progress where the curvature vanishes"
      public static let source = ""

      @Hyperparameter("steepness of the valley", in: .positive, scale: .log) public var a = 10.0

      public init() {}

      public var dimension: Int { 2 }
      public var starts: [[Double]] { [[-2, 1]] }
      public var minima: [[Double]] { [[0, 0]] }
      public var minimumLoss: Double? { 0 }
      public var viewport: Viewport? { Viewport(x: -2.5...1.5, y: -2...2) }

      public func loss<X: Coordinates>(at p: X) -> X.Value {
        p[0].squared.squared + a * (p[1] - p[0]).squared
      }

      /// Every coordinate of the gradient; 'optlab check' compares it with the loss.
      public func gradient<X: Coordinates>(at p: X, into g: inout X) {
        let slope = 2.0 * a * (p[1] - p[0])
        g[0] = 4.0 * p[0] * p[0].squared - slope
        g[1] = slope
      }
    }

    """#
  static let network = #"""
    import Networks
    import OptimizerKit

    /// TYPE: say here what it is, with its layers and its source.
    public struct TYPE: NetworkProblem {
      /// What it is asked for by.
      public static let name = "NAME"
      public static let summary = "one hidden layer on three spirals"
      public static let shows = "what a plane cannot separate"
      public static let source = ""

      @Hyperparameter("units of the hidden layer", in: 1.0...10_000) public var width = 64
      /// Fashion-MNIST in minibatches of 128, if nothing is said. Data, preparation, changes and
      /// minibatch become hyperparameters: 'optlab show NAME' lists them.
      public var examples = TrainingExamples(.spirals, batch: 50)

      public init() {}

      /// From input to output; the last has one output for each class. Images begin with
      /// `Convolution(16, size: 3, padding: 1, .relu), MaxPooling(2)` or with `Flatten()`.
      public var layers: [any Layer] { [Dense(width, .relu), Dense(data.classes)] }
    }

    """#
}
