// What came of the cells of a map, in columns.

/// How the runs of a map's cells ended, one row a cell.
///
/// Every number is that of the run with the cell's settings, to the last bit.
public struct MapCells: Sendable, Equatable {
  /// How the run of each cell ended.
  public var statuses: [RunStatus]
  /// Updates.
  public var steps: [Int32]
  /// Gradients, those that the optimizer asked for included.
  public var gradients: [Int32]
  /// The last finite loss; NaN where there is none.
  public var finalLosses: [Double]
  /// The first step at which the loss was well below the saddle's; −1 where it never was, or there is no
  /// saddle.
  public var escapes: [Int32]
  /// Which of the surface's minima the run ended at; `noMinimum` for none of them.
  public var minima: [UInt8]

  /// The index of a minimum that stands for none.
  public static let noMinimum = UInt8.max

  /// One row.
  public struct Cell: Sendable, Equatable {
    public var status = RunStatus.crashed
    public var steps: Int32 = 0
    public var gradients: Int32 = 0
    public var finalLoss = Double.nan
    public var escape: Int32 = -1
    public var minimum = MapCells.noMinimum

    public init() {}
  }

  /// What one cell takes in memory, in bytes.
  public static let bytesOfCell = 22

  /// So many cells, of which nothing is known: they count as crashed.
  public init(count: Int) {
    let unknown = Cell()
    statuses = Array(repeating: unknown.status, count: count)
    steps = Array(repeating: unknown.steps, count: count)
    gradients = Array(repeating: unknown.gradients, count: count)
    finalLosses = Array(repeating: unknown.finalLoss, count: count)
    escapes = Array(repeating: unknown.escape, count: count)
    minima = Array(repeating: unknown.minimum, count: count)
  }

  public var count: Int { statuses.count }

  public subscript(index: Int) -> Cell {
    get {
      var cell = Cell()
      cell.status = statuses[index]
      cell.steps = steps[index]
      cell.gradients = gradients[index]
      cell.finalLoss = finalLosses[index]
      cell.escape = escapes[index]
      cell.minimum = minima[index]
      return cell
    }
    set {
      statuses[index] = newValue.status
      steps[index] = newValue.steps
      gradients[index] = newValue.gradients
      finalLosses[index] = newValue.finalLoss
      escapes[index] = newValue.escape
      minima[index] = newValue.minimum
    }
  }

  /// Equal to the last bit, NaN to NaN.
  public static func == (a: MapCells, b: MapCells) -> Bool {
    a.statuses == b.statuses && a.steps == b.steps && a.gradients == b.gradients
      && a.escapes == b.escapes && a.minima == b.minima
      && a.finalLosses.elementsEqual(b.finalLosses) { $0.bitPattern == $1.bitPattern }
  }
}
