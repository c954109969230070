// Many runs of one rule side by side, each with its own learning rate or start.

/// Runs of one coordinate rule on one surface, advanced together: coordinate d of run k is
/// `points[d * lanes + k]`. Each run gives the same bits as it would alone.
public struct LaneDescent: Sendable {
  /// How many runs.
  public let lanes: Int
  /// Their points, coordinate by coordinate.
  public private(set) var points: Vector<Double>
  /// How many updates were made.
  public private(set) var step = 0

  private let surface: any Surface
  private let seed: UInt64
  private let rates: Vector<Double>
  private let blocks: [Range<Int>]
  private var rules: [any CoordinateRule]
  private var states: [OptimizerState<Double>]
  private var gradient: Vector<Double>

  /// Runs are advanced in blocks that stay in the innermost cache.
  private static let blockSize = 256

  /// Runs that all begin at `start`, one for each learning rate.
  public init(
    _ rule: any CoordinateRule, on surface: any Surface, from start: [Double], rates: [Double],
    seed: UInt64 = 1
  ) {
    self.init(
      rule, on: surface, from: Array(repeating: start, count: rates.count), rates: rates, seed: seed
    )
  }

  /// Runs with a start and a learning rate each.
  public init(
    _ rule: any CoordinateRule, on surface: any Surface, from starts: [[Double]], rates: [Double],
    seed: UInt64 = 1
  ) {
    let dimension = surface.dimension
    precondition(
      starts.count == rates.count && starts.allSatisfy { $0.count == dimension },
      "a start of the surface's dimension for each learning rate")
    lanes = rates.count
    self.surface = surface
    self.seed = seed
    self.rates = Vector(rates)
    blocks = stride(from: 0, to: rates.count, by: Self.blockSize).map {
      $0..<min($0 + Self.blockSize, rates.count)
    }
    rules = blocks.map { _ in rule }
    states = blocks.map { rule.makeState(for: ParameterLayout(coordinates: dimension * $0.count)) }
    points = Vector((0..<dimension).flatMap { d in starts.map { $0[d] } })
    gradient = Vector(repeating: 0, count: dimension * Self.blockSize)
  }

  /// Makes `steps` updates of every run.
  public mutating func advance(steps: Int) {
    let dimension = surface.dimension
    var block = Vector(repeating: 0.0, count: dimension * Self.blockSize)
    let x = block.mutablePointer()
    let g = gradient.mutablePointer()
    let all = points.mutablePointer()
    for (index, range) in blocks.enumerated() {
      let count = range.count
      for d in 0..<dimension {
        (x + d * count).update(from: all + d * lanes + range.lowerBound, count: count)
      }
      run(&rules[index], &states[index], x, g, rates.pointer + range.lowerBound, count, steps)
      for d in 0..<dimension {
        (all + d * lanes + range.lowerBound).update(from: x + d * count, count: count)
      }
    }
    step += steps
  }

  private func run(
    _ rule: inout any CoordinateRule, _ state: inout OptimizerState<Double>,
    _ x: UnsafeMutablePointer<Double>, _ g: UnsafeMutablePointer<Double>,
    _ rates: UnsafePointer<Double>, _ count: Int, _ steps: Int
  ) {
    let dimension = surface.dimension
    for i in 1...max(steps, 1) where steps > 0 {
      surface.gradients(at: x, into: g, lanes: count, seed: seed, step: step + i)
      rule.advanceLanes(
        x, gradient: g, state: &state, step: step + i, rates: rates, lanes: count,
        dimension: dimension)
    }
  }

  /// The point of a run.
  public func point(_ run: Int) -> [Double] {
    (0..<surface.dimension).map { points[$0 * lanes + run] }
  }
}
