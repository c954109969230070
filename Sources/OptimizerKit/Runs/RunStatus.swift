// How a run ended.

/// How a run ended. A divergence is a result like any other.
public enum RunStatus: String, Codable, Sendable, CaseIterable {
  case completed
  case reachedTarget = "reached-target"
  case diverged
  case timedOut = "timed-out"
  case crashed
  case interrupted
}
