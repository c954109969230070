import OptimizerKit

/// Nelder–Mead: a simplex that crawls downhill, comparing losses only.
///
///     x̄ = mean of the n best of n + 1 vertices, w the worst
///     reflection    x̄ + ρ (x̄ − w)      expansion            x̄ + ρχ (x̄ − w)
///     contraction   x̄ ± ψ (x̄ − w)      the side of the better of the two
///     The worst vertex becomes the best of these that improves enough; if none does, all vertices
///     move towards the best one, by the factor σ.
///
/// ρ, χ, ψ, σ = 1, 2, ½, ½, or, with `adaptive`, 1, 1 + 2/n, ¾ − 1/2n, 1 − 1/n, which keeps the simplex
/// from degenerating in many dimensions. x is the best vertex. It needs no gradient, no scale and no
/// smooth loss, and is good in two or three dimensions; it may stop where there is no minimum
/// (McKinnon 1998), and losses that vary from step to step mislead it. n + 1 losses at first, then one
/// or two an iteration, n more where it shrinks. O(n²) time a step, n + 1 vectors of state.
///
/// Nelder and Mead 1965, doi:10.1093/comjnl/7.4.308; Gao and Han 2012,
/// doi:10.1007/s10589-010-9329-3; the first simplex and the order of comparisons are those of
/// scipy.optimize.
public struct NelderMead: VectorOptimizer {
  public static let name = "nelder-mead"
  public static let summary = "a simplex that reflects, expands and contracts"
  public static let source = "Nelder and Mead 1965, doi:10.1093/comjnl/7.4.308"
  public static let family = Family.gradientFree
  public static let presets = [
    Preset("scipy", "scipy.optimize.minimize(method='Nelder-Mead'): the defaults here"),
    Preset("adaptive", "Gao and Han's coefficients for many dimensions", ["adaptive": true]),
  ]

  @Hyperparameter("whether the coefficients depend on the dimension") public var adaptive = false
  @Hyperparameter("size of the first simplex, relative to each coordinate", in: .positive)
  public var size = 0.05
  @Hyperparameter("the same where the coordinate is 0", in: .positive, scale: .log)
  public var sizeAtZero = 2.5e-4

  /// The largest dimension: its simplex takes 200 MB.
  static let largestDimension = 5_000

  public var requirements: OracleCapabilities { [.loss] }
  public var usesGradient: Bool { false }

  public var invariances: Invariances { .scale }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let n = context.x.count
    guard n <= Self.largestDimension else {
      throw OracleError(
        "nelder-mead: a simplex in \(n) dimensions is too large; at most "
          + "\(Self.largestDimension)")
    }
    try improve(
      &context.state["simplex", default: Simplex<R>()], at: &context.x, asking: context.oracle)
  }

  private func improve<R: Scalar>(
    _ simplex: inout Simplex<R>, at x: inout Vector<R>, asking oracle: Oracle<R>
  ) throws {
    let n = x.count
    if simplex.vertices.isEmpty {
      for k in 0...n {
        var vertex = x
        if k > 0 {
          let c = x[k - 1].double
          vertex[k - 1] = c == 0 ? R(sizeAtZero) : (1 + size) * x[k - 1]
        }
        simplex.add(vertex, try oracle.loss(at: vertex))
      }
    } else if !simplex.vertices[0].isSame(as: x) {
      // Something else has moved x.
      simplex.removeFirst()
      var vertex = Vector(repeating: R.zero, count: n)
      vertex.assign(x)
      simplex.add(vertex, try oracle.loss(at: x))
    }

    let order = Double(n)
    let expansion = adaptive ? 1 + 2 / order : 2
    let contraction = adaptive ? 0.75 - 1 / (2 * order) : 0.5
    let shrinkage = adaptive ? 1 - 1 / order : 0.5

    let centre = simplex.centreOfBest
    func trial(_ t: Double) throws -> (vertex: Vector<R>, loss: Double) {
      var vertex = (1 + t) * centre
      vertex.add(R(-t), simplex.vertices[n])
      return (vertex, try oracle.loss(at: vertex))
    }
    let losses = simplex.losses
    let reflected = try trial(1)
    var found: (vertex: Vector<R>, loss: Double)? = reflected
    if reflected.loss < losses[0] {
      let expanded = try trial(expansion)
      if expanded.loss < reflected.loss { found = expanded }
    } else if !(reflected.loss < losses[n - 1]) {
      if reflected.loss < losses[n] {
        let outside = try trial(contraction)
        found = outside.loss <= reflected.loss ? outside : nil
      } else {
        let inside = try trial(-contraction)
        found = inside.loss < losses[n] ? inside : nil
      }
    }
    if let found {
      simplex.removeLast()
      simplex.add(found.vertex, found.loss)
    } else {
      let old = simplex
      simplex = Simplex()
      simplex.add(old.vertices[0], old.losses[0])
      for vertex in old.vertices.dropFirst() {
        let moved = old.vertices[0] + shrinkage * (vertex - old.vertices[0])
        simplex.add(moved, try oracle.loss(at: moved))
      }
    }
    x.assign(simplex.vertices[0])
  }
}

/// Vertices with their losses, the lowest first; those that are no numbers come last.
private struct Simplex<R: Scalar>: Sendable {
  private(set) var vertices: [Vector<R>] = []
  private(set) var losses: [Double] = []

  /// Adds a vertex where it belongs, after those of the same loss.
  mutating func add(_ vertex: Vector<R>, _ loss: Double) {
    let place =
      loss.isNaN ? losses.count : losses.firstIndex { loss < $0 || $0.isNaN } ?? losses.count
    vertices.insert(vertex, at: place)
    losses.insert(loss, at: place)
  }

  mutating func removeFirst() {
    vertices.removeFirst()
    losses.removeFirst()
  }

  mutating func removeLast() {
    vertices.removeLast()
    losses.removeLast()
  }

  /// The mean of all vertices but the worst.
  var centreOfBest: Vector<R> {
    var sum = Vector(repeating: R.zero, count: vertices[0].count)
    for vertex in vertices.dropLast() { sum.add(R(1.0), vertex) }
    let count = R(Double(vertices.count - 1))
    let target = sum.mutablePointer()
    for i in sum.indices { target[i] = target[i] / count }
    return sum
  }
}
