// Where training leads, in the plane that holds most of it.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `parameter-plane`: the checkpoints of all optimizers that start from one seed, in the plane of their
/// first two principal components, over the validation loss in that plane.
public struct ParameterPlaneFigure: Figure {
  public static let name = "parameter-plane"
  public static let summary = "network training: paths of parameters in their common plane"
  public static let needs = "training runs that kept their parameters (--checkpoints)"
  public static let source = "Li et al. 2018, arXiv 1712.09913"

  @Hyperparameter("points of the loss along each axis; 0 for no map", in: 0...101)
  public var grid = 25
  @Hyperparameter("most validation examples that the loss is the mean of", in: 1...1_000_000)
  public var examples = 1000

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    try pictures(of: input.contests(), input) { pictures($0, $1, input) }
  }

  private func pictures(_ contest: Contest, _ file: String, _ input: FigureInput) -> [Picture] {
    let kept = contest.runs.filter { !$0.trajectory.checkpoints.isEmpty }
    let all = kept.ofCommonSeed
    guard let seed = all.first?.spec.seed else { return [] }
    // What diverged went so far that nothing else would be seen.
    let staying = all.filter { !$0.diverged }
    let runs = staying.isEmpty ? all : staying
    let size = runs[0].trajectory.checkpoints[0].parameters.count
    let points = runs.flatMap { $0.trajectory.checkpoints.map(\.parameters) }
    guard points.allSatisfy({ $0.count == size }), let plane = ParameterPlane(points) else {
      return []
    }
    var paths: [TracedRun] = []
    var first = 0
    // Starts that are one are drawn as one, whatever rounding says.
    func start(_ run: TracedRun) -> [Float] { run.trajectory.checkpoints[0].parameters }
    for run in runs {
      let count = run.trajectory.checkpoints.count
      var places = Array(plane.coordinates[first..<first + count])
      if start(run) == start(runs[0]) { places[0] = plane.coordinates[0] }
      paths.append(Self.path(of: run, places))
      first += count
    }
    let viewport = Self.viewport(plane.coordinates)
    let (landscape, notes) = landscape(plane, viewport, runs[0], input)
    let absent = all.count - runs.count
    var title =
      "On \(contest.name), "
      + (runs.count == 1
        ? "the path of \(runs[0].shownLabel)" : "the paths of \(runs.count) optimizers")
      + ": this plane holds \(Text.percent(plane.share)) of the movement of \(size) parameters"
    if absent > 0 { title += "; \(absent) of \(all.count) diverge" }
    if contest.runs.seedCount > 1 { title += " (seed \(seed) of \(contest.runs.seedCount))" }
    func end(_ run: TracedRun) -> Double { run.outcome.validation?.loss ?? .infinity }
    return Pages(paths, of: 12, ranking: end).pictures(naming: \.shownLabel) { page in
      var panel = Panel(
        x: Axis("first component, \(Text.percent(plane.shares.x))", viewport.x),
        y: Axis("second component, \(Text.percent(plane.shares.y))", viewport.y))
      var mapNotes: [String] = []
      if let landscape { mapNotes = panel.addMap(landscape) }
      panel.addPaths(of: page, minima: [], picture: (800, 600), colors: input.colors)
      let places = Set(page.map { $0.trajectory.count }).sorted().map(String.init)
      return Picture(
        name: file, title: title,
        caption: Caption(
          page, of: input,
          notes: [
            "dots: \(Text.enumeration(places)) checkpoints of each run with seed \(seed), in the plane "
              + "through their mean along the first two principal components of them all; movement: "
              + "the sum of squared distances from the mean"
          ] + notes + mapNotes), panels: [panel])
    }
  }

  /// A run that takes its path in the plane.
  private static func path(of run: TracedRun, _ places: [(x: Double, y: Double)])
    -> TracedRun
  {
    var path = Trajectory()
    path.dimension = 2
    path.steps = run.trajectory.checkpoints.map(\.step)
    path.losses = path.steps.map { _ in 0 }
    path.points = places.flatMap { [$0.x, $0.y] }
    return TracedRun(run.record, path)
  }

  private static func viewport(_ points: [(x: Double, y: Double)]) -> Viewport {
    func range(_ values: [Double]) -> ClosedRange<Double> {
      let (low, high) = (values.min() ?? -1, values.max() ?? 1)
      let room = max((high - low) * 0.15, 1e-9)
      return (low - room)...(high + room)
    }
    return Viewport(x: range(points.map(\.x)), y: range(points.map(\.y)))
  }

  /// The loss in the plane, evaluated on a coarse grid; none where it cannot be evaluated.
  private func landscape(
    _ plane: ParameterPlane, _ viewport: Viewport, _ run: TracedRun, _ input: FigureInput
  ) -> (Landscape?, [String]) {
    guard grid > 1 else { return (nil, ["the loss is not drawn, as grid=\(grid) asks"]) }
    guard let probe = input.probe(run.spec.problem, run.spec.seed),
      probe.count == plane.center.count
    else { return (nil, ["the loss cannot be evaluated here"]) }
    var losses: [Double] = []
    for j in 0..<grid {
      for i in 0..<grid {
        func place(_ range: ClosedRange<Double>, _ k: Int) -> Double {
          range.lowerBound
            + (range.upperBound - range.lowerBound) * Double(k) / Double(grid - 1)
        }
        let parameters = plane.point(place(viewport.x, i), place(viewport.y, j))
        losses.append(
          probe.validationLoss?(parameters, examples) ?? probe.trainingLoss(parameters))
      }
    }
    let what =
      probe.validationLoss == nil
      ? "training loss, of \(LossProbe.minibatches) minibatches (validation would take running "
        + "averages that belong to no point),"
      : "validation loss, of \(examples) examples at most,"
    return (
      Landscape(coarse: losses, side: grid, viewport: viewport),
      ["contours: the \(what) at \(grid) × \(grid) points of the plane"]
    )
  }
}
