// From selections with ranges to a map: the ranges are its axes.

import OptimizerKit

extension PluginCatalogue {
  /// The map that is asked for, everything about it checked.
  public func map(_ request: MapRequest) throws -> MapJob {
    var axes: [MapAxis] = []
    // What the problem changes lies along x: each column is a problem.
    var problemSyntax = try SelectionSyntax(request.problem)
    try takeAxes(&problemSyntax.term, kind: .problem, place: .problem, into: &axes)
    let problems = try selectProblems(problemSyntax.text)
    guard problems.count == 1, let problem = problems.first else {
      throw SelectionError(
        "a map is on one problem; '\(request.problem)' selects \(problems.count)")
    }
    var syntax = try SelectionSyntax(request.optimizer)
    try takeAxes(&syntax, level: 0, into: &axes)
    let optimizers = try choices(of: syntax, depth: 0)
    guard optimizers.count == 1, let optimizer = optimizers.first else {
      throw SelectionError(
        "a map is of one optimizer; '\(request.optimizer)' selects \(optimizers.count)")
    }
    let start = try start(request, problem, into: &axes)
    guard let x = axes.first, axes.count <= 2 else {
      throw SelectionError(Self.count(axes, request))
    }
    let cells = axes.reduce(1) { $0 * $1.count }
    let most = problem.instance is any Surface ? MapJob.mostCells : Plan.mostRuns
    guard cells <= most else {
      let factors = axes.map { "\($0.count)" }.joined(separator: " × ")
      throw SelectionError("\(factors) = \(cells) cells are too many for one map; at most \(most)")
    }
    let base = RunSpec(
      optimizer: optimizer.spec, problem: problem.spec, start: start, seed: request.seed,
      budget: request.budget, target: request.target)
    let spec = MapSpec(
      base: base, x: x, y: axes.count > 1 ? axes[1] : nil,
      starts: try starts(request, problem, axes))
    try check(optimizer, problem, request)
    var keys = RunKeys(self)
    return MapJob(
      key: try keys.key(of: spec),
      label: "\(request.optimizer) on \(request.problem)", spec: spec,
      isOnSurface: problem.instance is any Surface, files: optimizer.files + [problem.file],
      remark: problem.instance.parameterLayout.flatMap(optimizer.instance.remark))
  }

  /// How many axes there are, in words that say what is wrong with it.
  private static func count(_ axes: [MapAxis], _ request: MapRequest) -> String {
    let found =
      axes.isEmpty ? "none" : "\(axes.count): " + axes.map(\.name).joined(separator: ", ")
    return "a map has one or two axes, ranges such as lr=1e-4..0.1:100; "
      + "'\(request.optimizer)' on '\(request.problem)'"
      + (request.start.map { " from '\($0)'" } ?? "") + " has \(found)"
  }

  /// What holds of all cells alike.
  private func check(
    _ optimizer: OptimizerChoice, _ problem: ProblemChoice, _ request: MapRequest
  ) throws {
    var group = Suite.Group(name: "map", optimizers: [], problems: [])
    group.budget = request.budget
    group.target = request.target
    try optimizer.checkReactiveSchedules(in: self)
    if let steps = request.budget.mostSteps {
      try optimizer.checkScheduleRanges(steps: steps, in: self)
    }
    try problem.checkTarget(for: group)
    try optimizer.checkRequirements(on: problem)
    try optimizer.checkSchedules(for: request.budget)
    if let surface = problem.instance as? any Surface, request.target != nil,
      surface.minimumLoss == nil
    {
      throw SelectionError(
        "\(problem.label): a target is a share of f - f*, and the minimum f* is not known; "
          + "leave the target out")
    }
  }

  // MARK: axes

  /// Takes the ranges of a selection as axes; the first value of each stays in its place.
  private func takeAxes(_ syntax: inout SelectionSyntax, level: Int, into axes: inout [MapAxis])
    throws
  {
    try takeAxes(&syntax.term, kind: .optimizer, place: .optimizer(level: level), into: &axes)
    for index in syntax.wrapped.indices {
      try takeAxes(&syntax.wrapped[index], level: level + 1, into: &axes)
    }
  }

  private func takeAxes(
    _ term: inout SelectionTerm, kind: PluginKind, place: MapAxis.Place, into axes: inout [MapAxis]
  ) throws {
    guard let plugin = try entry(term.name, kind: kind).make() else { return }
    for index in term.settings.indices {
      let (name, values) = term.settings[index]
      let description = plugin.hyperparameters.first { $0.name == name }
      if let description, description.number == nil { continue }
      guard values.count == 1,
        let range = try SelectionTerm.values(
          of: values[0], name: name, isLogarithmic: description?.scale == .log)
      else { continue }
      // As a run's specification has them.
      let texts = try range.map { value in
        var plugin = plugin
        try plugin.set(name, to: value)
        return PluginSpec(plugin)[name] ?? value
      }
      axes.append(
        MapAxis(
          place: place, name: name, values: texts, isLogarithmic: description?.scale == .log))
      term.settings[index].values = [texts[0]]
    }
  }

  // MARK: starts

  /// The start of the first cell; nil for a training problem.
  private func start(
    _ request: MapRequest, _ problem: ProblemChoice, into axes: inout [MapAxis]
  ) throws -> [Double]? {
    guard let surface = problem.instance as? any Surface else {
      guard request.start == nil else {
        throw SelectionError(
          "\(problem.spec.name) starts from its seed; it takes no starting point")
      }
      try (problem.instance as? any TrainingProblem)?.checkAvailability()
      return nil
    }
    guard var start = surface.starts.first else {
      throw SelectionError("\(problem.spec.name) has no start of its own")
    }
    guard let text = request.start else { return start }
    let settings = try SelectionSyntax("start[\(text)]").term.settings
    for (name, values) in settings {
      guard name.first == "x", let coordinate = Int(name.dropFirst()),
        start.indices.contains(coordinate)
      else {
        throw SelectionError(
          "the start has no coordinate '\(name)'; expected "
            + (start.count == 1 ? "x0" : "x0 to x\(start.count - 1)")
            + ", as in x0=-2..2:400;x1=1")
      }
      if values.count == 1,
        let range = try SelectionTerm.values(of: values[0], name: name, isLogarithmic: false)
      {
        axes.append(
          MapAxis(
            place: .start(coordinate: coordinate), name: name, values: range, isLogarithmic: false))
        start[coordinate] = Double(range[0]) ?? .nan
      } else if values.count == 1, let value = Double(values[0]), value.isFinite {
        start[coordinate] = value
      } else {
        throw SelectionError(
          "\(name) = \(values.joined(separator: ",")) is no coordinate; expected a number, or a range "
            + "such as -2..2:400")
      }
    }
    return start
  }

  /// The own start of the problem for each value of its axis; none where there is no such axis, or the
  /// start is given.
  private func starts(
    _ request: MapRequest, _ problem: ProblemChoice, _ axes: [MapAxis]
  ) throws -> [[Double]] {
    guard let axis = axes.first(where: { $0.place == .problem }),
      problem.instance is any Surface
    else { return [] }
    var coordinates = 0
    let starts = try axis.values.map { value in
      var spec = problem.spec
      for index in spec.settings.indices where spec.settings[index].name == axis.name {
        spec.settings[index].value = value
      }
      let start = (try self.problem(spec) as? any Surface)?.starts.first ?? []
      coordinates += start.count
      guard coordinates <= MapJob.mostCoordinates else {
        throw SelectionError(
          "the starts of \(axis.count) problems have more than \(MapJob.mostCoordinates) coordinates, "
            + "\(start.count) each; give one start for all")
      }
      return start
    }
    guard request.start != nil else { return starts }
    guard Set(starts.map(\.count)).count == 1 else {
      throw SelectionError(
        "\(axis.name) changes how many coordinates there are: the start cannot be given")
    }
    return []
  }
}
