// The course on which optimizers are told apart: everything in which they differ happens on it.

import OptimizerKit

/// A smooth convex objective over tensors of every shape, with the weather of a training run: gradients
/// whose size swings from step to step, a burst of large ones, and small ones towards the end.
///
///     f_t(x) = w_t (½ Σ λᵢ yᵢ² + 0.05 Σ yᵢ⁴ + c (Σ yᵢ)²),   y = T⁻¹ x
///
/// T, the identity unless something else is asked for, is a change of coordinates; w is the weather.
struct Terrain {
  static let steps = 60
  /// From this step on, the learning rate is half of what it was.
  static let decay = 30

  let ground: OptimizerConformance.Ground
  /// What the loss is multiplied by.
  var scale = 1.0
  var change = Change.none

  /// A change of coordinates.
  enum Change {
    case none
    /// x = Q y with a reflection Q within each tensor.
    case reflection
    /// The coordinates of each tensor in reverse order.
    case reversal
    /// x = y + 1.
    case shift
  }

  init(_ ground: OptimizerConformance.Ground) { self.ground = ground }

  /// The factor of the step's minibatch.
  private func weather(_ step: Int) -> Double {
    let swing = 1 + 0.5 * Double((step * 7) % 11 - 5) / 5
    return scale * swing * (step == 15 || step == 16 ? 5 : step > 45 ? 0.1 : 1)
  }

  /// x from y.
  func applied(to y: [Double]) -> [Double] {
    var x = y
    for tensor in ground.layout.tensors {
      let range = tensor.offset..<tensor.offset + tensor.count
      switch change {
      case .none: break
      case .reflection:
        // I − 2uuᵀ/uᵀu with uᵢ = 1 + i/n: a matrix that treats no coordinate like another.
        let u = (0..<tensor.count).map { 1 + Double($0) / Double(tensor.count) }
        let along = zip(u, y[range]).reduce(0) { $0 + $1.0 * $1.1 }
        let size = u.reduce(0) { $0 + $1 * $1 }
        for (place, i) in range.enumerated() { x[i] -= 2 * along / size * u[place] }
      case .reversal: x.replaceSubrange(range, with: y[range].reversed())
      case .shift: for i in range { x[i] += 1 }
      }
    }
    return x
  }

  /// y from x.
  func undone(_ x: [Double]) -> [Double] {
    guard change == .shift else { return applied(to: x) }
    return x.map { $0 - 1 }
  }

  /// Derivatives by y as derivatives by x, or directions of x as directions of y: all changes but the
  /// shift are their own inverses and transposes.
  private func turned(_ v: [Double]) -> [Double] { change == .shift ? v : applied(to: v) }

  var start: [Double] {
    applied(to: (0..<ground.dimension).map { 0.3 * ground.start($0) })
  }

  func loss(at x: [Double], step: Int) -> Double {
    let y = undone(x)
    let quartic = y.reduce(0) { $0 + $1 * $1 * $1 * $1 }
    return weather(step) * (ground.loss(Vector(y)) + 0.05 * quartic)
  }

  func gradient(at x: [Double], step: Int) -> [Double] {
    let y = undone(x)
    let product = ground.product(Vector(y)).array
    return turned(zip(product, y).map { weather(step) * ($0 + 0.2 * $1 * $1 * $1) })
  }

  func hessianVectorProduct(at x: [Double], _ v: [Double], step: Int) -> [Double] {
    let y = undone(x)
    let direction = turned(v)
    let product = ground.product(Vector(direction)).array
    return turned(
      y.indices.map { weather(step) * (product[$0] + 0.6 * y[$0] * y[$0] * direction[$0]) })
  }

  /// Those of the ground, and √0.1 yᵢ², all times √w.
  private func residuals(at x: [Double], step: Int) -> Residuals<Double> {
    let y = undone(x)
    let n = y.count
    let plain = ground.residuals(Vector(y))
    let factor = weather(step).squareRoot()
    let root = 0.1.squareRoot()
    var values: [Double] = plain.values.array
    var rows: [[Double]] = values.indices.map { i in (0..<n).map { plain.jacobian[i, $0] } }
    for (k, element) in y.enumerated() {
      values.append(root * element * element)
      var row = [Double](repeating: 0, count: n)
      row[k] = 2 * root * element
      rows.append(row)
    }
    var residuals = Residuals(
      values: Vector(values), jacobian: Matrix(rows.map { turned($0) }))
    residuals.values.scale(factor)
    residuals.jacobian.scale(factor)
    return residuals
  }

  /// The points of an optimizer after each step; shorter where it throws or leaves the numbers.
  ///
  /// - Parameter lr: the learning rate of every level, until it is halved.
  func path(of optimizer: some Optimizer, lr: Double, steps: Int = Self.steps) -> [[Double]] {
    var optimizer = optimizer
    let begin = Vector(start)
    let current = CurrentStep()
    var context = StepContext(
      x: begin, layout: ground.layout,
      state: optimizer.makeState(at: begin, layout: ground.layout),
      oracle: Oracle<Double>(
        capabilities: .everything, loss: { loss(at: $0.array, step: current.step) },
        gradient: { $1 = Vector(gradient(at: $0.array, step: current.step)) },
        hessianVectorProduct: {
          Vector(hessianVectorProduct(at: $0.array, $1.array, step: current.step))
        },
        residuals: { residuals(at: $0.array, step: current.step) }))
    var points: [[Double]] = []
    for step in 1...max(steps, 1) {
      current.step = step
      if optimizer.usesGradient {
        context.gradient = Vector(gradient(at: context.x.array, step: step))
        context.loss = loss(at: context.x.array, step: step)
      } else {
        context.gradient.fill(.nan)
      }
      context.begin(step: step, lr: step > Self.decay ? lr / 2 : lr)
      do { try optimizer.advance(&context) } catch { break }
      let point = context.x.array
      guard point.allSatisfy(\.isFinite) else { break }
      points.append(point)
    }
    return points
  }

  /// A learning rate with which an optimizer gets about: the declared one, or one ten, a hundred, ...
  /// times as large with which it comes as far as a fifth of the way to the minimum. Those that hardly
  /// move are hard to tell apart.
  func learningRate(of optimizer: some Optimizer) -> Double {
    let declared = optimizer.declaredRates.lazy.compactMap { $0 }.first
    var lr = declared.map { $0 > 0 ? $0 : 1e-2 } ?? 1e-2
    let start = start
    let size = start.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for _ in 0..<5 {
      let path = path(of: optimizer, lr: lr)
      let travel = path.map { PathGap.distance($0, start) }.max() ?? 0
      if path.count < Self.steps || travel > 0.2 * size { break }
      lr *= 10
    }
    return lr
  }

  private final class CurrentStep {
    var step = 1
  }
}

/// How far apart two paths are.
struct PathGap {
  /// The first step, from 1, after which they are no longer the same but for rounding.
  private(set) var parts: Int?
  /// The largest distance between them, in relation to how far the first one gets from its start.
  private(set) var share = 0.0

  /// Two paths are taken for the same while they differ by less than this share of the way made and of
  /// the size of the point: sixty steps with some dozen roundings of 1e-16 each, amplified by curvature.
  static let rounding = 1e-11

  init(_ a: [[Double]], _ b: [[Double]], from start: [Double]) {
    let travel = a.map { Self.distance($0, start) }.max() ?? 0
    for step in 0..<max(a.count, b.count) {
      guard step < a.count, step < b.count else {
        parts = parts ?? step + 1
        share = .infinity
        return
      }
      let gap = Self.distance(a[step], b[step])
      let size = a[step].map(\.magnitude).max() ?? 0
      if parts == nil, gap > Self.rounding * max(travel, size) { parts = step + 1 }
      share = max(share, travel > 0 ? gap / travel : gap > 0 ? .infinity : 0)
    }
  }

  static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }
}
