// The order of an optimizer's variants: that of the values of their hyperparameters.

import OptimizerKit

extension OptimizerSpec {
  /// Whether this variant comes before another one of the same optimizer: by the first hyperparameter
  /// in which they differ, numbers by value; nil where they differ in none.
  func settingsPrecede(_ other: OptimizerSpec) -> Bool? {
    for (mine, theirs) in zip(terms, other.terms) {
      if mine.name != theirs.name { return mine.name < theirs.name }
      for (a, b) in zip(mine.settings, theirs.settings) where a != b {
        if a.name != b.name { return a.name < b.name }
        guard let x = Double(a.value), let y = Double(b.value), x != y else {
          return a.value < b.value
        }
        return x < y
      }
      if mine.schedules != theirs.schedules {
        return "\(mine.schedules)" < "\(theirs.schedules)"
      }
    }
    return nil
  }
}
