// What can go wrong in drawing, each in one sentence.

/// Why a figure cannot be drawn.
public enum FigureError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The runs given do not contain what the figure shows.
  case missingRuns(figure: String, needs: String, found: String)
  /// The runs given cannot be compared.
  case notComparable(figure: String, reason: String)
  /// No format has this name.
  case unknownFormat(name: String)
  /// There is no gnuplot, or one that cannot be started.
  case gnuplotMissing(program: String, reason: String)
  /// The gnuplot found is too old.
  case gnuplotTooOld(program: String, version: String)
  /// gnuplot refused a picture.
  case gnuplotFailed(picture: String, message: String)
  /// A file could not be written.
  case cannotWrite(path: String, reason: String)
  /// gnuplot reported no error, and yet left no picture.
  case noOutput(path: String)

  /// The command that installs gnuplot on Debian.
  public static let remedy = "sudo apt-get install gnuplot-nox"

  public var description: String {
    switch self {
    case .missingRuns(let figure, let needs, let found):
      return "the figure '\(figure)' needs \(needs); \(found)"
    case .notComparable(let figure, let reason):
      return "the figure '\(figure)' cannot be drawn: \(reason)"
    case .unknownFormat(let name):
      let known = FigureFormat.allCases.map(\.rawValue).joined(separator: ", ")
      return "there is no format '\(name)' (there are \(known))"
    case .gnuplotMissing(let program, let reason):
      return "'\(program)' cannot be started (\(reason)); install it with: \(Self.remedy)"
    case .gnuplotTooOld(let program, let version):
      return "'\(program)' is version \(version), and 5.4 or later is needed; install it with: "
        + Self.remedy
    case .gnuplotFailed(let picture, let message):
      return "gnuplot refused the picture '\(picture)': \(message)"
    case .cannotWrite(let path, let reason):
      return "cannot write \(path): \(reason)"
    case .noOutput(let path):
      return "gnuplot reported no error, but left no picture at \(path)"
    }
  }
}
