// From a selection to what is searched of it.

import Analysis
import OptimizerKit

/// An optimizer with places for the values that a search tries.
///
/// In a group that is tuned, ranges and lists of a selection are its search space, as in
/// `adam[lr=1e-4..1;beta1=0.8,0.9]`; a selection without any is searched where its hyperparameters declare
/// it.
struct SearchTemplate: Sendable {
  /// The optimizer with its defaults in all places: what is judged beside the tuned one.
  let defaults: OptimizerChoice
  /// What is searched.
  let space: SearchSpace
  /// The selection without what is searched: one name and one wrapped term at each level.
  private let fixed: SelectionSyntax
  /// Where the values of each dimension belong: the level of wrapping, 0 being the outermost, and the name.
  private let places: [(depth: Int, name: String)]

  fileprivate init(
    _ fixed: SelectionSyntax, defaults: OptimizerChoice, space: SearchSpace,
    places: [(depth: Int, name: String)]
  ) {
    self.fixed = fixed
    self.defaults = defaults
    self.space = space
    self.places = places
  }

  /// The same places in another space.
  func searching(_ space: SearchSpace) -> SearchTemplate {
    SearchTemplate(fixed, defaults: defaults, space: space, places: places)
  }

  /// The optimizer with these values, one for each dimension.
  func choice(_ values: [String], in catalogue: PluginCatalogue) throws -> OptimizerChoice {
    var syntax = fixed
    for (place, value) in zip(places, values) {
      syntax.withTerm(at: place.depth) { $0.settings.append((place.name, [value])) }
    }
    guard let choice = try catalogue.choices(of: syntax, depth: 0).first else {
      throw SelectionError("\(syntax.text) stands for nothing")
    }
    return choice
  }
}

extension SelectionSyntax {
  /// Calls `body` with the term so many levels inside.
  fileprivate mutating func withTerm(at depth: Int, _ body: (inout SelectionTerm) -> Void) {
    if depth == 0 { body(&term) } else { wrapped[0].withTerm(at: depth - 1, body) }
  }

  /// The terms around one another, outermost first.
  fileprivate var terms: [SelectionTerm] { [term] + wrapped.prefix(1).flatMap(\.terms) }
}

extension PluginCatalogue {
  /// The optimizers that a selection asks for, with what is searched of each.
  ///
  /// - Throws: `SelectionError` where there is nothing to search.
  func searchTemplates(_ text: String, for tuning: Tuning?) throws -> [SearchTemplate] {
    try alternatives(of: SelectionSyntax(text)).map { try searchTemplate($0, for: tuning) }
  }

  /// One selection for each combination of names, of what is wrapped and of schedules; the settings of
  /// optimizers stay as they are written.
  private func alternatives(of syntax: SelectionSyntax) throws -> [SelectionSyntax] {
    let known = entries(named: .optimizer)
    let names = try expand(syntax.term.name, known.map(\.name), kind: "optimizer")
    let wrapped: [SelectionSyntax?] =
      try syntax.wrapped.isEmpty ? [nil] : syntax.wrapped.flatMap(alternatives)
    let schedules = try scheduleAlternatives(syntax.schedules)
    return names.flatMap { name in
      wrapped.flatMap { inner in
        schedules.map { schedules in
          var one = syntax
          one.term.name = name
          one.wrapped = inner.map { [$0] } ?? []
          one.schedules = schedules
          return one
        }
      }
    }
  }

  private typealias Schedules = [(hyperparameter: String, parts: [SelectionTerm])]

  private func scheduleAlternatives(_ schedules: Schedules) throws -> [Schedules] {
    try schedules.reduce([[]]) { partial, assignment in
      let chains = try assignment.parts.reduce([[SelectionTerm]()]) { chains, part in
        guard let plugin = try entry(part.name, kind: .schedule).make() else { return chains }
        let terms = try part.expandingRanges(of: plugin).combinations.map { combination in
          SelectionTerm(
            name: part.name, preset: part.preset,
            settings: combination.map { ($0.name, [$0.value]) })
        }
        return chains.flatMap { chain in terms.map { chain + [$0] } }
      }
      return partial.flatMap { done in chains.map { done + [(assignment.hyperparameter, $0)] } }
    }
  }

  private func searchTemplate(_ syntax: SelectionSyntax, for tuning: Tuning?) throws
    -> SearchTemplate
  {
    var fixed = syntax
    var written: [Found] = []
    var declared: [Found] = []
    for (depth, term) in syntax.terms.enumerated() {
      guard var plugin = try entry(term.name, kind: .optimizer).make() else { continue }
      if let preset = type(of: plugin).presets.first(where: { $0.name == term.preset }) {
        for setting in preset.settings { try plugin.set(setting.name, to: setting.value) }
      }
      var set: Set<String> = []
      for setting in term.settings {
        guard let description = plugin.hyperparameters.first(where: { $0.name == setting.name })
        else {
          // Says which there are.
          try plugin.set(setting.name, to: setting.values[0])
          continue
        }
        set.insert(setting.name)
        guard let domain = try searched(setting, description, of: plugin) else { continue }
        written.append(Found(depth: depth, owner: term.name, description, domain))
        fixed.withTerm(at: depth) { term in term.settings.removeAll { $0.name == setting.name } }
      }
      for description in plugin.hyperparameters where !set.contains(description.name) {
        guard let domain = description.searchDomain else { continue }
        declared.append(Found(depth: depth, owner: term.name, description, domain))
      }
    }
    let found: [Found]
    if let names = tuning?.hyperparameters {
      found = (written + declared.filter { names.contains($0.name) })
      let missing = syntax.terms.flatMap { term in
        (try? entry(term.name, kind: .optimizer).make())?.hyperparameters ?? []
      }.filter { description in
        names.contains(description.name) && !found.contains { $0.name == description.name }
          && !syntax.terms.contains { $0.settings.contains { $0.name == description.name } }
      }
      if let one = missing.first {
        throw SelectionError(
          "\(syntax.text): \(one.name) declares no range to search; write one, as in "
            + "\(syntax.term.name)[\(one.name)=0.1..1], or a list of values")
      }
    } else {
      found = written.isEmpty ? declared.filter { $0.isRange } : written
    }
    guard !found.isEmpty else {
      let what =
        tuning?.hyperparameters.map { "has none of \($0.joined(separator: ", "))" }
        ?? "declares no range to search"
      throw SelectionError(
        "\(syntax.text) \(what), so that there is nothing to tune; write ranges or lists of values, as in "
          + "adam[lr=1e-4..1;beta1=0.8,0.9], or leave it to a group without tuning")
    }
    let space = try SearchSpace(
      found.map { one in
        let isAlone = found.count { $0.name == one.name } == 1
        return SearchDimension(
          isAlone ? one.name : "\(one.owner).\(one.name)", one.domain, bounds: one.bounds)
      })
    guard let defaults = try choices(of: fixed, depth: 0).first else {
      throw SelectionError("\(fixed.text) stands for nothing")
    }
    return SearchTemplate(
      fixed, defaults: defaults, space: space, places: found.map { ($0.depth, $0.name) })
  }

  /// What a written setting leaves open: a range without a number of values, or several values; nil
  /// where it is fixed.
  private func searched(
    _ setting: (name: String, values: [String]), _ description: HyperparameterDescription,
    of plugin: any Plugin
  ) throws -> SearchDimension.Domain? {
    let name = setting.name
    if setting.values.count == 1, description.number != nil,
      let range = setting.values[0].firstRange(of: ".."), !setting.values[0].contains(":")
    {
      let text = setting.values[0]
      guard let lower = Double(text[..<range.lowerBound]),
        let upper = Double(text[range.upperBound...]), lower < upper
      else {
        throw SelectionError(
          "\(name) = \(text) is no range to search; expected one such as 1e-4..1")
      }
      for end in [lower, upper] where !description.bounds.contains(end) {
        throw HyperparameterError.outOfRange(
          name: name, value: shortest(end), plugin: type(of: plugin).name,
          expected: description.validity)
      }
      return try description.domain(lower...upper)
    }
    let term = SelectionTerm(name: type(of: plugin).name, preset: nil, settings: [setting])
    let values = try term.expandingRanges(of: plugin).settings[0].values
    for value in values {
      var copy = plugin
      try copy.set(name, to: value)
    }
    return values.count > 1 ? .choices(values) : nil
  }
}

/// A hyperparameter that may be searched.
private struct Found {
  let depth: Int
  let owner: String
  let name: String
  let domain: SearchDimension.Domain
  let bounds: Bounds

  init(
    depth: Int, owner: String, _ description: HyperparameterDescription,
    _ domain: SearchDimension.Domain
  ) {
    self.depth = depth
    self.owner = owner
    name = description.name
    self.domain = domain
    bounds = description.bounds
  }

  /// Whether it is a range that was declared, and not a list of all that there is.
  var isRange: Bool {
    if case .choices = domain { return false }
    return true
  }
}

extension HyperparameterDescription {
  /// Where a search looks that was told nothing; nil where that is declared nowhere.
  fileprivate var searchDomain: SearchDimension.Domain? {
    if let search { return try? domain(search) }
    return choices.isEmpty ? nil : .choices(choices)
  }

  /// A range of it.
  fileprivate func domain(_ range: ClosedRange<Double>) throws -> SearchDimension.Domain {
    guard expectation == Int.expectation else { return .interval(range, scale) }
    guard let lower = Int(exactly: range.lowerBound), let upper = Int(exactly: range.upperBound)
    else {
      throw SelectionError(
        "\(name) is a whole number: its range \(shortest(range.lowerBound))..\(shortest(range.upperBound))"
          + " ends at none")
    }
    return .integers(lower...upper, scale)
  }
}
