// What the runs of one process are measured with.

import Analysis
import OptimizerKit

/// A ruler for each surface, made when its first run is measured.
public final class PathRulers {
  private var rulers: [PluginSpec: PathRuler] = [:]

  public init() {}

  func ruler(for problem: PluginSpec, _ surface: any Surface) -> PathRuler {
    if let known = rulers[problem] { return known }
    let ruler = PathRuler(surface)
    rulers[problem] = ruler
    return ruler
  }
}
