// What `optlab new` writes: whole small plugins that work, with comments on what to change.

import OptimizerKit

/// A file to start from. TYPE stands in it for the name of the type, NAME for that of the plugin.
struct PluginTemplate: Sendable {
  /// What it is asked for by: its kind, or, where a kind has several, something else.
  let name: String
  let kind: PluginKind
  /// The file.
  let text: String
  /// What to do with it, each after `optlab`.
  let next: [String]

  /// All templates, in the order in which they are listed.
  static let all = [
    PluginTemplate(
      name: "optimizer", kind: .optimizer, text: optimizerText,
      next: [
        "trace rosenbrock NAME",
        "compare --optimizers adam,NAME --problems rosenbrock --figures trajectory",
      ]),
    PluginTemplate(
      name: "matrix-optimizer", kind: .optimizer, text: matrixOptimizerText,
      next: [
        "compare --optimizers 'adam,NAME' --problems mlp --figures loss-curves"
      ]),
    PluginTemplate(
      name: "wrapper", kind: .wrapper, text: wrapperText,
      next: ["trace rosenbrock 'NAME(momentum)'"]),
    PluginTemplate(
      name: "schedule", kind: .schedule, text: scheduleText,
      next: ["trace rosenbrock adam:NAME"]),
    PluginTemplate(
      name: "problem", kind: .problem, text: problemText,
      next: ["trace NAME adam"]),
    PluginTemplate(
      name: "network", kind: .problem, text: networkText,
      next: ["compare --optimizers 'adam[lr=1e-2],momentum[lr=0.1]' --problems NAME"]),
    PluginTemplate(
      name: "figure", kind: .figure, text: figureText,
      next: ["compare --optimizers adam,momentum --problems rosenbrock --figures NAME"]),
    PluginTemplate(
      name: "experiment", kind: .experiment, text: experimentText,
      next: ["experiment NAME"]),
    PluginTemplate(
      name: "suite", kind: .suite, text: suiteText,
      next: ["compare NAME"]),
  ]

  /// The file that one of a kind begins as; empty where there is none.
  static func text(of kind: PluginKind) -> String { all.first { $0.kind == kind }?.text ?? "" }
}

private let optimizerText = #"""
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

private let matrixOptimizerText = #"""
  import LinearAlgebra
  import OptimizerKit

  /// TYPE: say here what it is, with its equation and its source.
  ///
  ///     M ← β M + (1 − β) G
  ///     X ← X − α (M Mᵀ + ε I)⁻¹ᐟ² M,  for each tensor X seen as a matrix
  public struct TYPE: VectorOptimizer {
    /// What it is asked for by.
    public static let name = "NAME"
    public static let summary = "averaged gradients made orthogonal, matrix by matrix"
    public static let source = ""

    @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-4...1) public var lr = 1e-2
    @Hyperparameter("decay of the average", in: 0..<1) public var beta = 0.9
    @Hyperparameter("damping ε of the root", in: .positive, scale: .log) public var epsilon = 1e-12

    // What it asks of `context.oracle` would be declared here:
    // public var requirements: OracleCapabilities { [.loss] }

    public init() {}

    /// One step. R is Float for a network, Double for a surface; `context.x` is changed in place.
    public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
      // What lives from step to step is kept in the state, by name.
      let zeros = Vector(repeating: R(0.0), count: context.x.count)
      context.state["average", default: zeros].interpolate(R(1 - beta), to: context.gradient)
      guard let average = context.state["average"] else { return }
      for tensor in context.layout.tensors {
        let m = Matrix(tensor, of: average)
        let isWide = m.rows <= m.columns
        let gram = isWide ? m.timesTransposed(m) : m.transposedTimes(m)
        let root = try gram.inverseRoot(2, damping: epsilon)
        context.x.add(R(-context.lr), isWide ? root * m : m * root, to: tensor)
      }
    }
  }

  """#

private let wrapperText = #"""
  import OptimizerKit

  /// TYPE: say here what it is, with its equation and its source.
  ///
  ///     g ← g / (‖g‖ + ε), and what is wrapped makes its step with it
  public struct TYPE: Wrapper {
    /// What it is asked for by: NAME(adam).
    public static let name = "NAME"
    public static let summary = "gradients scaled to length 1"
    public static let source = ""

    // A hyperparameter called lr would be a learning rate of the wrapper's own; without one it has
    // that of what it wraps.
    @Hyperparameter("ε, against division by zero", in: .positive, scale: .log)
    public var epsilon = 1e-12

    /// What is wrapped; set by the lab.
    public var inner: any Optimizer = GradientStep()

    // What it asks of `context.oracle` itself would be declared here:
    // public var ownRequirements: OracleCapabilities { [.loss, .gradient] }

    public init() {}

    /// One step. Before and after that of what is wrapped, `context.x`, `context.gradient` and
    /// `context.lr` may be changed, and further gradients asked for.
    public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
      context.gradient.scale(R(1 / (context.gradient.norm + epsilon)))
      try context.step(&inner)
    }
  }

  """#

private let scheduleText = #"""
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

private let problemText = #"""
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

private let networkText = #"""
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

private let figureText = #"""
  import Figures
  import OptimizerKit

  /// TYPE: say here what it shows.
  public struct TYPE: Figure {
    /// What it is asked for by.
    public static let name = "NAME"
    public static let summary = "final loss of each optimizer, a point for each run"
    /// Completes "the figure needs ...".
    public static let needs = "runs that end at a finite loss"

    // What can be set: plot 'NAME[size=2]'.
    @Hyperparameter("size of the points", in: .positive) public var size = 1.2

    public init() {}

    /// The pictures of these runs, one for each problem. It runs nothing and reads nothing.
    public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
      let contests = input.contests(byStart: false).filter { contest in
        contest.runs.contains { $0.finalLoss.isFinite && !$0.diverged }
      }
      // A figure that has nothing to draw says so.
      guard !contests.isEmpty else { throw missing(input) }
      return zip(contests, input.fileNames(Self.name, contests)).map { picture($1, $0, input) }
    }

    private func picture(_ name: String, _ contest: Contest, _ input: FigureInput) -> Picture {
      // Runs of one label are those of one optimizer with its settings, over seeds and starts.
      let groups = contest.runs.byLabel
      let finite = contest.runs.filter { $0.finalLoss.isFinite && !$0.diverged }
      let range = ClosedRange(covering: finite.map(\.finalLoss)) ?? 0...1
      let room = (range.upperBound - range.lowerBound) * 0.05
      var x = Axis("", -0.5...(Double(groups.count) - 0.5))
      x.named = groups.enumerated().map { (Double($0), Text.oneLine($1.label, limit: 20)) }
      var panel = Panel(
        x: x, y: Axis("final loss", (range.lowerBound - room)...(range.upperBound + room), grid: true))
      for (place, group) in groups.enumerated() {
        let losses = group.runs.filter { $0.finalLoss.isFinite && !$0.diverged }.map(\.finalLoss)
        panel.curves.append(
          .points(
            "losses\(place)", losses.map { (Double(place), $0) },
            input.colors[group.runs[0]].color, .dot, size: size))
      }
      let best = finite.min { $0.finalLoss < $1.finalLoss }!
      return Picture(
        name: name,
        title: "On \(Text.oneLine(contest.problem.name)), \(best.shownLabel) ends lowest, at "
          + Text.readable(best.finalLoss),
        caption: Caption(contest.runs, of: input, notes: ["runs that diverged are left out"]),
        panels: [panel])
    }
  }

  """#

private let experimentText = #"""
  import Analysis
  import OptimizerKit

  /// TYPE: say here what the field says, and where.
  public struct TYPE: Experiment {
    /// What it is asked for by.
    public static let name = "NAME"
    public static let summary = "momentum against plain gradient descent in a valley"
    public static let source = ""
    /// In one sentence.
    public static let claim = "In a valley, momentum settles in half the steps of gradient descent."
    /// Stated before there is a result.
    public static let rule = "It holds if momentum settles in at most half the steps from every start."
    public static let chapter = ExperimentChapter.optimizers
    /// Figures of its runs; charts of what it measured belong to its verdict.
    public static let figures = ["convergence"]

    public init() {}

    /// The runs: what a group of a suite may say. They are told apart by their group.
    public func groups(_ size: ExperimentSize) -> [Suite.Group] {
      [("plain", "sgd[lr=0.0198]"), ("momentum", "momentum[lr=0.033;momentum=0.67]")].map {
        var group = Suite.Group(
          name: $0.0, optimizers: [$0.1], problems: ["quadratic[condition=100]"])
        group.starts = size.choose(full: [[100, 1], [1, 1], [-1, 0.5]], quick: [[1, 1]])
        return group
      }
    }

    /// What makes the claim false: 'optlab experiment NAME --opposite' runs it, and the rule must say so.
    public func opposite(_ size: ExperimentSize) -> Opposite {
      Opposite("both exchanged", groups(size).exchanging("plain", "momentum"))
    }

    /// A function of what was measured; what the runs do not decide is undecided.
    public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
      let slow = try runs.values("plain", "settling step") { $0.measures.settlingStep }
      let fast = try runs.values("momentum", "settling step") { $0.measures.settlingStep }
      let shares = zip(fast, slow).map { $0 / $1 }
      guard let share = Verdict.Number("share of the steps", medianOf: shares) else {
        throw Undecided("there are no runs")
      }
      let percent = Int((100 * share.value).rounded())
      return Verdict(
        shares.allSatisfy { $0 <= 0.5 } ? .holds : .doesNotHold,
        "momentum needs \(percent) % of the steps", numbers: [share])
    }
  }

  """#

private let suiteText = #"""
  # NAME: say here what it compares. 'optlab compare' runs it; what is finished is not run again.
  title: two optimizers on two surfaces

  # What stands here holds for all groups, what stands in a group for that group.
  steps: 500
  seeds: 1

  groups:
    - name: valley
      optimizers: ['momentum[lr=1e-4,1e-3]', adam@torch]
      problems: [rosenbrock, 'quadratic[condition=100]']
      figures: [trajectory, convergence]

  """#
