// What may follow a selection that is being typed.

import OptimizerKit

extension PluginCatalogue {
  /// Whole texts that a selection may be continued to by one more word: names, presets after `@`,
  /// hyperparameters after `[`, their choices after `=`, schedules after `:`.
  ///
  ///     completions(of: "sgd,ada", kinds: [.optimizer])   "sgd,adam", "sgd,adagrad", …
  ///     completions(of: "adam[b", kinds: [.optimizer])    "adam[beta1=", "adam[beta2=", …
  ///
  /// - Parameter kinds: of which plugins are asked for by name.
  public func completions(of text: String, kinds: [PluginKind]) -> [String] {
    let place = SelectionPlace(text)
    let head = text.prefix(text.count - place.word.count)
    return candidates(at: place, kinds).filter { $0.hasPrefix(place.word) }.map { head + $0 }
  }

  private func candidates(at place: SelectionPlace, _ kinds: [PluginKind]) -> [String] {
    func names(_ kinds: [PluginKind]) -> [String] {
      kinds.flatMap(entries(named:)).map(\.name).unique
    }
    func plugins(_ name: String) -> [any Plugin] {
      let spaces = kinds + [.optimizer, .schedule]
      return entries.filter {
        $0.name == name && spaces.map(\.nameSpace).contains($0.kind.nameSpace)
      }
      .compactMap { $0.make() }
    }
    switch place.part {
    case .name: return names(kinds)
    case .inner: return names([.optimizer])
    case .preset(let owner): return plugins(owner).flatMap { type(of: $0).presets.map(\.name) }
    case .hyperparameter(let owner):
      return plugins(owner).flatMap { $0.hyperparameters.map { $0.name + "=" } }.unique
    case .value(let owner, let hyperparameter):
      return plugins(owner).flatMap(\.hyperparameters).filter { $0.name == hyperparameter }
        .flatMap(\.choices)
    case .schedule(let owner):
      let numbers = plugins(owner).flatMap(\.hyperparameters).filter { $0.number != nil }
      return names([.schedule]) + numbers.map { $0.name + "=" }
    case .scheduleOnly: return names([.schedule])
    }
  }
}

/// Where in a selection its end is.
struct SelectionPlace {
  enum Part: Equatable {
    case name
    /// What a wrapper wraps.
    case inner
    case preset(of: String)
    case hyperparameter(of: String)
    case value(of: String, hyperparameter: String)
    /// After the colon: a schedule, or a hyperparameter that one is for.
    case schedule(of: String)
    case scheduleOnly
  }

  private(set) var part = Part.name
  /// The word that is being typed.
  private(set) var word = ""

  init(_ text: String) {
    // The terms that are open, outermost first, by their names.
    var owners = [""]
    var bracket = false
    for character in text {
      switch (character, bracket) {
      case ("]", true): (bracket, word) = (false, "")
      case (";", true): begin(.hyperparameter(of: owners.last!))
      case ("=", true): begin(.value(of: owners.last!, hyperparameter: word))
      case (",", true):
        word = ""
      case ("[", false):
        take(&owners)
        bracket = true
        begin(.hyperparameter(of: owners.last!))
      case ("@", false):
        take(&owners)
        begin(.preset(of: owners.last!))
      case ("(", false):
        take(&owners)
        owners.append("")
        begin(.inner)
      case (")", false):
        if owners.count > 1 { owners.removeLast() }
        word = ""
      case (":", false):
        take(&owners)
        begin(.schedule(of: owners.last!))
      case ("=", false), ("+", false): begin(.scheduleOnly)
      case (",", false):
        if owners.count == 1 { begin(.name) } else { begin(.inner) }
      default: word.append(character)
      }
    }
  }

  private mutating func begin(_ part: Part) { (self.part, word) = (part, "") }

  /// The word that ends here is the name of the term, unless its name has been said.
  private func take(_ owners: inout [String]) {
    switch part {
    case .name, .inner: if !word.isEmpty { owners[owners.count - 1] = word }
    // The brackets of a schedule are its own.
    case .schedule, .scheduleOnly: if !word.isEmpty { owners[owners.count - 1] = word }
    default: break
    }
  }
}
