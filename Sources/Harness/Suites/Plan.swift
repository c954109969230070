// From a suite to its runs; what cannot be done is refused here, before any work begins.

import OptimizerKit

/// The runs of a suite, in order.
public struct Plan: Sendable {
  /// One run to be done, or found in the store, and the group that asks for it.
  public struct Entry: Sendable {
    public let job: RunJob
    public let group: String

    public var key: String { job.key }
    public var spec: RunSpec { job.spec }
  }

  /// The most runs that a suite may have: each takes a few kilobytes while it is planned. (A map of a
  /// plane of hyperparameters is one job, and no suite of a run a cell.)
  static let mostRuns = 250_000
  /// The most numbers that one run may record: what a worker, the command and the store can hold.
  static let mostRecorded = 1 << 24
  /// The most numbers that the checkpoints of a group's runs on a problem may hold: half a gigabyte.
  static let mostKept = 1 << 27

  /// A map to be made, or found in the store, and the group that asks for it.
  public struct MapEntry: Sendable {
    public let job: MapJob
    public let group: String
  }

  public let suite: Suite
  public let entries: [Entry]
  public let maps: [MapEntry]
  /// What optimizers say of their way with the problems, a line each:
  /// "rosenbrock, beale: muon finds no matrices, and adamw moves everything".
  public let remarks: [String]
}

/// Remarks in the order in which they come, each with the problems that it is about.
private struct Remarks {
  private var order: [String] = []
  private var problems: [String: [String]] = [:]

  mutating func add(_ remark: String, on problem: String) {
    if problems[remark] == nil { order.append(remark) }
    if problems[remark]?.contains(problem) != true { problems[remark, default: []].append(problem) }
  }

  var lines: [String] {
    order.map { "\(problems[$0, default: []].joined(separator: ", ")): \($0)" }
  }
}

/// Everything that is wrong with a plan.
public struct PlanError: Error, CustomStringConvertible {
  public let reasons: [String]
  public var description: String { reasons.joined(separator: "\n") }
}

/// What a plan is made of, as it comes together.
struct PlanBuilder {
  let catalogue: PluginCatalogue
  private(set) var entries: [Plan.Entry] = []
  private var maps: [Plan.MapEntry] = []
  private(set) var reasons: [String] = []
  private var keys: RunKeys
  private var remarks = Remarks()

  init(_ catalogue: PluginCatalogue) {
    self.catalogue = catalogue
    keys = RunKeys(catalogue)
  }

  /// The plan of a suite.
  ///
  /// - Throws: `PlanError` where there was any reason against it.
  func plan(_ suite: Suite) throws -> Plan {
    guard reasons.isEmpty else { throw PlanError(reasons: reasons) }
    return Plan(suite: suite, entries: entries, maps: maps, remarks: remarks.lines)
  }

  /// Notes a reason, with the place in the suite's file where there is one.
  mutating func refuse(_ error: any Error, at key: String, in group: Suite.Group) {
    let reason = (group.places[key].map { $0 + ": " } ?? "") + "\(error)"
    if !reasons.contains(reason) { reasons.append(reason) }
  }

  /// What selections stand for; those that stand for nothing are reasons.
  mutating func selected<T>(
    _ selections: [String], in group: Suite.Group, _ select: (String) throws -> [T]
  ) -> [(selection: String, choice: T)] {
    var chosen: [(selection: String, choice: T)] = []
    for selection in selections {
      do { chosen += try select(selection).map { (selection, $0) } } catch {
        refuse(error, at: selection, in: group)
      }
    }
    return chosen
  }

  /// Checks optimizers by what does not depend on the problem.
  mutating func check(
    _ optimizers: [(selection: String, choice: OptimizerChoice)], in group: Suite.Group
  ) {
    for (selection, optimizer) in optimizers {
      do { try optimizer.checkReactiveSchedules(in: catalogue) } catch {
        refuse(error, at: selection, in: group)
      }
    }
    guard let steps = group.budget.mostSteps else { return }
    for (selection, optimizer) in optimizers {
      do { try optimizer.checkScheduleRanges(steps: steps, in: catalogue) } catch {
        refuse(error, at: selection, in: group)
      }
    }
  }

  /// Adds the maps of a group.
  mutating func addMaps(of group: Suite.Group) {
    for map in group.maps {
      for problem in group.problems {
        do {
          let job = try catalogue.map(MapRequest(map, on: problem, in: group))
          if let remark = job.remark { remarks.add(remark, on: job.spec.base.problem.name) }
          maps.append(Plan.MapEntry(job: job, group: group.name))
        } catch { refuse(error, at: map.optimizer, in: group) }
      }
    }
  }

  /// Adds the runs of optimizers on a problem.
  ///
  /// - Parameters:
  ///   - limit: where their losses end them.
  ///   - name: the group that asks for the runs; the group's own where nothing is said.
  mutating func add(
    _ optimizers: [(selection: String, choice: OptimizerChoice)], on problem: ProblemChoice,
    selectedBy selection: String, in group: Suite.Group, lossLimit limit: Double? = nil,
    name: String? = nil
  ) throws {
    let starts: [(point: [Double]?, instance: Instance?)]
    do {
      starts = try problem.starts(for: group)
      try problem.checkRecording(for: group)
      try problem.checkTarget(for: group)
      try problem.checkSharpness(for: group)
      try problem.checkCheckpoints(for: group, runs: optimizers.count * group.seeds.count)
    } catch { return refuse(error, at: selection, in: group) }
    let runs = entries.count + optimizers.count * starts.count * group.seeds.count
    guard runs <= Plan.mostRuns else {
      throw PlanError(
        reasons: ["\(runs) runs and more are too many for one suite; at most \(Plan.mostRuns)"])
    }
    let recording = problem.instance is any Surface ? group.recording.onSurface : group.recording
    let layout = problem.instance.parameterLayout
    for (selection, optimizer) in optimizers {
      if let remark = layout.flatMap(optimizer.instance.remark) {
        remarks.add(remark, on: problem.spec.name)
      }
      do {
        try optimizer.checkRequirements(on: problem)
        try optimizer.checkSchedules(for: group.budget)
        let files = optimizer.files + [problem.file]
        for start in starts {
          for seed in group.seeds {
            let spec = RunSpec(
              optimizer: optimizer.spec, problem: problem.spec, start: start.point,
              instance: start.instance, seed: seed, budget: group.budget, target: group.target,
              lossLimit: limit)
            entries.append(
              Plan.Entry(
                job: RunJob(
                  key: try keys.key(of: spec), label: optimizer.label, spec: spec,
                  recording: recording, timeLimit: group.timeLimit, files: files),
                group: name ?? group.name))
          }
        }
      } catch { refuse(error, at: selection, in: group) }
    }
  }
}

extension Plan {
  /// Plans a suite.
  ///
  /// - Parameter tuned: for each group that is tuned, what came of it on each problem.
  /// - Throws: `PlanError` with every reason why it cannot be run as it stands.
  public init(
    _ suite: Suite, tuned: [TunedOptimizer] = [], catalogue: PluginCatalogue
  ) throws {
    var builder = PlanBuilder(catalogue)
    let results = Dictionary(grouping: tuned, by: \.group)
    for group in suite.groups {
      let optimizers =
        group.tuning == nil
        ? builder.selected(group.optimizers, in: group, catalogue.selectOptimizers)
        : builder.selected(group.optimizers, in: group) {
          try catalogue.searchTemplates($0, for: group.tuning).map(\.defaults)
        }
      builder.addMaps(of: group)
      // The problems of a group that has maps alone may have ranges that are axes.
      guard !group.optimizers.isEmpty else { continue }
      builder.check(optimizers, in: group)
      let problems = builder.selected(group.problems, in: group, catalogue.selectProblems)
      for (selection, problem) in problems {
        let judged =
          (group.tuning?.judgesDefaults ?? true ? optimizers : [])
          + (results[group.name] ?? []).filter { $0.problem == problem.spec }
          .map { ($0.selection, $0.choice) }
        try builder.add(judged, on: problem, selectedBy: selection, in: group)
      }
    }
    self = try builder.plan(suite)
  }
}

extension ProblemChoice {
  /// The starts of the problem in a group, with the instances that they belong to; one nil for a training
  /// problem.
  func starts(for group: Suite.Group) throws -> [(point: [Double]?, instance: Instance?)] {
    if let training = instance as? any TrainingProblem {
      guard group.starts == nil else {
        throw SelectionError("\(spec.name) starts from its seed; it takes no starting point")
      }
      try training.checkAvailability()
      return [(nil, nil)]
    }
    guard let surface = instance as? any Surface else {
      throw SelectionError("\(spec.name) is neither a surface nor a training problem")
    }
    if let instances = group.instances {
      guard group.starts == nil else {
        throw SelectionError("\(spec.name): a start and instances are two ways to say one thing")
      }
      return instances.map { (surface.start(ofInstance: $0.number), $0) }
    }
    let starts = group.starts ?? Array(surface.starts.prefix(1))
    guard !starts.isEmpty else { throw SelectionError("\(spec.name) has no start of its own") }
    for start in starts where start.count != surface.dimension {
      throw SelectionError(
        "\(spec.name) has \(surface.dimension) coordinates; the start has \(start.count)")
    }
    return starts.map { ($0, nil) }
  }

  /// Refuses runs that would record more than can be kept.
  func checkRecording(for group: Suite.Group) throws {
    guard let steps = group.budget.mostSteps else { return }
    let surface = instance as? any Surface
    let columns = 4 + (surface.map { recordedCoordinates(of: $0.dimension) } ?? 0)
    let rows = steps / group.recording.every + 2
    guard rows > Plan.mostRecorded / columns else { return }
    let every = (steps + Plan.mostRecorded / columns - 3) / (Plan.mostRecorded / columns - 2)
    throw SelectionError(
      "\(label): \(rows) recorded rows of \(columns) numbers are too many for one run; "
        + "record every \(every) steps or more")
  }

  /// Refuses to look for the sharpness where there are no Hessian–vector products.
  func checkSharpness(for group: Suite.Group) throws {
    guard group.recording.sharpness, let training = instance as? any TrainingProblem,
      !training.capabilities.contains(.hessianVectorProduct)
    else { return }
    throw SelectionError(
      "\(label): its sharpness takes Hessian-vector products, which it does not offer")
  }

  /// Refuses checkpoints of which there would be more than can be kept.
  func checkCheckpoints(for group: Suite.Group, runs: Int) throws {
    let checkpoints = group.recording.keptCheckpoints
    guard checkpoints > 0, let training = instance as? any TrainingProblem,
      let parameters = training.parameterLayout?.count
    else { return }
    // In floating point, which does not overflow.
    let numbers = Double(checkpoints + 1) * Double(parameters) * Double(runs)
    guard numbers > Double(Plan.mostKept) else { return }
    let most = Int(Double(Plan.mostKept) / (Double(parameters) * Double(runs))) - 1
    throw SelectionError(
      "\(label): \(checkpoints) checkpoints of \(parameters) parameters in \(runs) "
        + "run\(runs == 1 ? "" : "s") are too many to keep (at most \(Plan.mostKept) numbers in all); "
        + (most > 0 ? "ask for \(most) or fewer" : "leave 'checkpoints' out"))
  }

  /// Refuses a target relative to the minimum where there is no minimum to know.
  func checkTarget(for group: Suite.Group) throws {
    guard group.target != nil, let training = instance as? any TrainingProblem else { return }
    let own = training.target.map { "; its own target, \($0), is looked for in any case" } ?? ""
    throw SelectionError(
      "\(label): a target is a share of f - f*, and the minimum f* of a network's loss is "
        + "not known; leave the target out" + own)
  }
}

extension OptimizerChoice {
  /// Refuses an optimizer that asks for what the problem does not offer.
  func checkRequirements(on problem: ProblemChoice) throws {
    let missing = instance.requirements.subtracting(problem.instance.capabilities)
    guard missing.isEmpty else {
      throw SelectionError("\(label) needs \(missing), which \(problem.label) does not offer")
    }
  }

  /// Refuses schedules where nobody knows how many steps there will be.
  func checkSchedules(for budget: Budget) throws {
    guard budget.mostSteps == nil, spec.terms.contains(where: { !$0.schedules.isEmpty }) else {
      return
    }
    throw SelectionError(
      "\(label): a schedule runs along the budget, and with one in seconds nobody knows how many "
        + "steps there will be; give a budget in steps or gradients")
  }
}

extension OptimizerChoice {
  /// Refuses a schedule that reads the loss where none comes: with an optimizer that uses no gradient.
  func checkReactiveSchedules(in catalogue: PluginCatalogue) throws {
    guard !instance.usesGradient,
      let reactive = try catalogue.schedules(of: spec).lazy.flatMap(\.sequence.parts)
        .first(where: { $0 is any ReactiveSchedule })
    else { return }
    throw SelectionError(
      "\(label): the schedule \(type(of: reactive).name) reads the loss that comes with the gradient of "
        + "each step, and there is none; \(instance.nestedName) uses no gradient")
  }
}

/// How many coordinates of a point are kept: all of them in low dimensions, the first few beyond.
func recordedCoordinates(of dimension: Int) -> Int { dimension <= 512 ? dimension : 16 }
