import OptimizerKit
import Plugins
import Testing

@testable import Analysis

@Suite struct PathShapeTests {
  let bowl = Bowl()

  @Test func frameOfAQuadratic() {
    let frame = PathFrame(for: bowl)
    #expect(frame.kind == .eigenbasisAtMinimum)
    #expect(frame.name == "Hessian's eigenvectors at the minimum")
    #expect(frame.directions.map(\.curvature) == [1, 100])
    #expect(frame.flattest == 0)
    #expect(frame.steepest == 1)
    #expect(frame.coordinates(of: [3, 4]).map(\.magnitude) == [3, 4])
    #expect(frame.distance(of: [3, 4]) == 5)
  }

  @Test func equalCurvaturesStillGiveTwoDirections() {
    let frame = PathFrame(for: Bowl([3, 3]))
    #expect(frame.flattest == 0)
    #expect(frame.steepest == 1)
  }

  @Test func frameOfASaddleAndFallBack() {
    let frame = PathFrame(for: Pass())
    #expect(frame.kind == .eigenbasisAtSaddle)
    #expect(frame.directions.map(\.curvature) == [-2, 2])
    let axes = PathFrame(for: bowl, basis: .axes)
    #expect(axes.kind == .axesAtMinimum)
    #expect(axes.directions.map(\.curvature) == [1, 100])
    let large = PathFrame(for: Bowl(Array(repeating: 1, count: 600)))
    #expect(large.kind == .axesAtMinimum)
    #expect(large.steepest == nil)
  }

  @Test(arguments: [0.1, 0.5, 1.0, 1.5, 2.0 / 101 * 50, 1.99])
  func rateOfGradientDescent(share: Double) throws {
    let lr = share / 100
    let path = descent(on: bowl, lr: lr, steps: 4000)
    let rate = try #require(PathShape.measure(path, on: bowl).rate)
    let theory = try #require(
      ConvergenceTheory.rate(of: .gradientDescent(lr: lr), eigenvalues: [1, 100]))
    #expect((rate.rate - theory).magnitude < 1e-6)
    #expect(rate.determination > 0.999999)
    #expect(rate.quantity == .distance)
  }

  /// A run is measured in the frame of the minimum at which it ends, whichever its start is near.
  @Test func aRunIsMeasuredWhereItEnds() throws {
    let surface = Himmelblau()
    // From beside (−3.78, −3.28) half the rest of the way to (3, 2) a step.
    let points = (0...30).map { i in
      [3 - 6.7 * power(0.5, i), 2 - 5.2 * power(0.5, i)]
    }
    let path = trajectory(points, losses: surface.evaluated(points).losses)
    let measures = PathRuler(surface).measures(of: path, by: nil)
    let shape = PathShape.measure(path, on: surface)
    #expect(shape.frame?.origin == [3, 2])
    // 2⁻⁷ < 0.01.
    #expect(measures.settlingStep == 7)
    #expect(abs(try #require(measures.rate) - 0.5) < 1e-6)
    #expect(measures.flatOvershoot == 0 && measures.steepOvershoot == 0)
    #expect(measures.zigZag == 0 && measures.turns == shape.turns.map(Double.init))
    #expect(measures.meanCosine == shape.meanCosine)
    #expect(measures.pathLength == shape.pathLength)
    #expect(abs(try #require(measures.pathEfficiency) - 1) < 1e-12)
    #expect(measures.escapeStep == nil && measures.theoreticalRate == nil)
  }

  /// Steps below the rounding of their points turn at random and say nothing: a path that goes straight
  /// to its end and then trembles in the last digits does not zig-zag.
  @Test func tremblingIsNoZigZag() throws {
    var path = Trajectory()
    path.dimension = 2
    func append(_ x: Double, _ y: Double) {
      path.steps.append(path.steps.count)
      path.losses.append(bowl.loss(at: [x, y]))
      path.points += [x, y]
    }
    for i in 0..<10 { append(11 - Double(i), 2 - 0.1 * Double(i)) }
    for i in 0..<100 { append(2, i.isMultiple(of: 2) ? 1.1 : 1.1.nextUp) }
    let shape = PathShape.measure(path, on: bowl)
    #expect(shape.zigZag == 0)
    #expect(shape.turns == 8)
    #expect(try #require(shape.meanCosine) > 0.999)
  }

  @Test func rateOfTheHeavyBallAtItsBest() throws {
    let best = ConvergenceTheory.optimalHeavyBall(smallest: 1, largest: 100)
    guard case .heavyBall(let lr, let momentum) = best.method else { return }
    let path = descent(on: bowl, lr: lr, momentum: momentum, steps: 4000)
    let rate = try #require(PathShape.measure(path, on: bowl).rate)
    // A double root: t ρᵗ, so the fitted rate is above ρ by a factor of about 1 + 1/t.
    #expect(rate.rate > best.rate)
    #expect(rate.rate < best.rate * 1.002)
  }

  @Test func rateOfNesterovWithDistinctRoots() throws {
    let method = ConvergenceTheory.Method.nesterov(lr: 0.001, momentum: 0.5)
    let path = descent(on: bowl, lr: 0.001, momentum: 0.5, nesterov: true, steps: 20_000)
    let rate = try #require(PathShape.measure(path, on: bowl).rate)
    let theory = try #require(ConvergenceTheory.rate(of: method, eigenvalues: [1, 100]))
    #expect((rate.rate - theory).magnitude < 1e-6)
  }

  @Test func rateOfTheLossWithoutPoints() throws {
    var path = descent(on: bowl, lr: 0.005, steps: 2000)
    path.points = []
    path.dimension = 0
    let shape = PathShape.measure(path, on: bowl)
    let rate = try #require(shape.rate)
    #expect(rate.quantity == .lossGap)
    #expect((rate.distanceRate - 0.995).magnitude < 1e-6)
    #expect(shape.frame == nil)
    #expect(shape.zigZag == nil)
    #expect(shape.settlingStep == nil)
    #expect(shape.pathEfficiency == nil)
    #expect(shape.overshoots.isEmpty)
  }

  @Test func zigZagNearTheEdgeOfStability() throws {
    let shape = PathShape.measure(descent(on: bowl, lr: 1.99 / 100, steps: 50), on: bowl)
    #expect(shape.zigZag == 1)
    let calm = PathShape.measure(descent(on: bowl, lr: 0.5 / 100, steps: 50), on: bowl)
    #expect(calm.zigZag == 0)
    #expect(try #require(calm.meanCosine) > 0.9)
  }

  /// A planted fault: with the two directions swapped, the zig-zag is looked for where none is.
  @Test func swappedDirectionsAreNoticed() {
    let path = descent(on: bowl, lr: 1.99 / 100, steps: 50)
    let frame = PathFrame(for: bowl)
    let swapped = PathFrame(
      kind: frame.kind, origin: frame.origin,
      directions: zip(frame.directions, frame.directions.reversed()).map {
        PathFrame.Direction(vector: $1.vector, curvature: $0.curvature)
      })
    let right = PathShape.measure(path, frame: frame)
    let wrong = PathShape.measure(path, frame: swapped)
    #expect(right.zigZag == 1)
    #expect(wrong.zigZag == 0)
    #expect(right.steepOvershoot!.crossings == 50)
    #expect(wrong.steepOvershoot!.crossings == 0)
  }

  @Test func overshootByHand() throws {
    // Along x: 2, −1, 0.5; along y: 1, 0.5, 0.25.
    let path = trajectory([[2, 1], [-1, 0.5], [0.5, 0.25]])
    let shape = PathShape.measure(path, on: bowl)
    let flat = try #require(shape.flatOvershoot)
    #expect(flat.percent == 50)
    #expect(flat.step == 1)
    #expect(flat.row == 1)
    #expect(flat.crossings == 2)
    let steep = try #require(shape.steepOvershoot)
    #expect(steep.percent == 0)
    #expect(steep.step == nil)
    #expect(steep.crossings == 0)
  }

  @Test func levelStartHasNoOvershootButCrossings() {
    let shape = PathShape.measure(trajectory([[0, 1], [1, 0.5], [-1, 0.2]]), on: bowl)
    #expect(shape.overshoots[0].percent == nil)
    #expect(shape.overshoots[0].crossings == 1)
  }

  @Test func settlingAndEfficiencyByHand() {
    let path = trajectory([[100, 0], [0.5, 0], [3, 0], [0.9, 0], [0.1, 0]], every: 10)
    let shape = PathShape.measure(path, on: bowl)
    #expect(shape.settlingStep == 30)  // at step 10 it was within 1 % but left again
    #expect(shape.stride == 10)
    #expect(shape.zigZag == nil)  // rows are not successive steps
    #expect(shape.pathLength.map { ($0 - 104.9).magnitude < 1e-12 } == true)
    #expect(shape.pathEfficiency.map { ($0 - 99.9 / 104.9).magnitude < 1e-12 } == true)
  }

  @Test func meanCosineByHand() {
    let shape = PathShape.measure(
      trajectory([[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1]]), on: bowl)
    #expect(shape.meanCosine.map { ($0 - 1.0 / 3).magnitude < 1e-15 } == true)
  }

  @Test func divergedPath() {
    let path = descent(on: bowl, lr: 0.03, steps: 5000)
    #expect(!path.points.last!.isFinite)
    let shape = PathShape.measure(path, on: bowl)
    #expect(shape.settlingStep == nil)
    #expect(shape.rate.map { ($0.rate - 2).magnitude < 1e-6 } == true)
    #expect(shape.zigZag == 1)
  }

  /// What was evaluated before each target, losses, gradients and products together; above the minimum,
  /// not above 0; nothing after a loss that is not finite.
  @Test func evaluationsToTargets() {
    struct Raised: Surface {
      static let name = "raised"
      static let summary = "a minimum that is not 0"
      init() {}
      var dimension: Int { 1 }
      var starts: [[Double]] { [[2]] }
      var minima: [[Double]] { [[0]] }
      var minimumLoss: Double? { 100 }
      func loss<X: Coordinates>(at x: X) -> X.Value { x[0].squared + 100 }
      func gradient<X: Coordinates>(at x: X, into g: inout X) { g[0] = 2.0 * x[0] }
    }
    let gaps = [4, 0.5, 0.3, 0.03, 1, 4e-9, 1e-9]
    var path = trajectory(gaps.map { [$0.squareRoot()] }, losses: gaps.map { 100 + $0 })
    path.gradients = [0, 2, 4, 6, 8, 10, 12]
    path.lossEvaluations = [0, 3, 6, 9, 12, 15, 18]
    let ruler = PathRuler(Raised())
    // 100 + 4e-8 is a rounding off: the targets beside it are not asked about.
    #expect(
      ruler.measures(of: path, by: nil).evaluationsTo.prefix(7) == [10, 15, 25, 25, 25, 25, 25])
    path.hessianVectorProducts = [0, 1, 1, 1, 1, 1, 1]
    path.hessians = [0, 0, 2, 2, 2, 2, 2]
    #expect(ruler.measures(of: path, by: nil).evaluationsTo.prefix(2) == [16, 21])
    (path.hessianVectorProducts, path.hessians) = ([], [])
    path.gradients = Array(repeating: 0, count: gaps.count)
    #expect(ruler.measures(of: path, by: nil).evaluationsTo.prefix(2) == [6, 9])
    path.losses[2] = .nan
    #expect(ruler.measures(of: path, by: nil).evaluationsTo == Array(repeating: nil, count: 8))
  }

  @Test func escapeFromASaddle() {
    // y grows by 1.2 a step from 1e-3: −y² < −0.1 first at the step n with 1.2ⁿ > √0.1 × 10³.
    let path = descent(on: Pass(), lr: 0.1, steps: 60)
    let shape = PathShape.measure(path, on: Pass())
    #expect(shape.escapeStep == 32)
    #expect(shape.settlingStep == nil)
    #expect(shape.rate == nil)
  }

  @Test func neverTraps() {
    for points in [
      [], [[1.0, 2.0]], [[.nan, 0]], [[1, 1], [.infinity, 0]], [[1, 1], [1, 1], [1, 1]],
    ] {
      let shape = PathShape.measure(trajectory(points), on: bowl)
      #expect(shape.zigZag == nil)
      #expect(shape.pathEfficiency == nil)
      #expect(shape.rate == nil || points.count == 3)
    }
    #expect(PathShape.measure(Trajectory(), on: bowl).rate == nil)
    var ragged = trajectory([[1, 1], [2, 2], [3, 3]])
    ragged.points.removeLast()
    ragged.losses = []
    #expect(PathShape.measure(ragged, on: bowl).pathLength == nil)
    let other = trajectory([[1, 2, 3], [1, 2, 2], [0, 0, 0]])
    #expect(PathShape.measure(other, on: bowl).frame == nil)
  }
}
