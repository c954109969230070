// How the lab evaluates a surface. Inlinable for the same reason as the loops of a coordinate rule:
// each surface's module gets its own copy, specialised for the formula.

extension Surface {
  @inlinable
  public func planarGradient(seed: UInt64) -> PlanarGradient {
    if isStochastic {
      return { p, step in
        var g = Planar(0.0, 0.0)
        var random = RandomSource(seed: seed, purpose: .noise, step: step)
        self.sampleGradient(at: p, into: &g, random: &random)
        return g
      }
    }
    return { p, _ in
      var g = Planar(0.0, 0.0)
      self.gradient(at: p, into: &g)
      return g
    }
  }

  @inlinable
  public func gradient(
    at x: UnsafeMutablePointer<Double>, into g: UnsafeMutablePointer<Double>, seed: UInt64,
    step: Int
  ) {
    var out = Strided(g, count: dimension)
    if isStochastic {
      var random = RandomSource(seed: seed, purpose: .noise, step: step)
      sampleGradient(at: Strided(x, count: dimension), into: &out, random: &random)
    } else {
      gradient(at: Strided(x, count: dimension), into: &out)
    }
  }

  @inlinable
  public func gradients(
    at x: UnsafeMutablePointer<Double>, into g: UnsafeMutablePointer<Double>, lanes: Int,
    seeds: UnsafePointer<UInt64>, step: Int
  ) {
    let dimension = self.dimension
    if isStochastic {
      for k in 0..<lanes {
        var random = RandomSource(seed: seeds[k], purpose: .noise, step: step)
        var out = Strided(g + k, count: dimension, stride: lanes)
        sampleGradient(
          at: Strided(x + k, count: dimension, stride: lanes), into: &out, random: &random)
      }
    } else if dimension == 2 {
      let y = x + lanes
      let gy = g + lanes
      for k in 0..<lanes {
        var out = Planar(0.0, 0.0)
        gradient(at: Planar(x[k], y[k]), into: &out)
        g[k] = out.x
        gy[k] = out.y
      }
    } else {
      for k in 0..<lanes {
        var out = Strided(g + k, count: dimension, stride: lanes)
        gradient(at: Strided(x + k, count: dimension, stride: lanes), into: &out)
      }
    }
  }

  @inlinable
  public func evaluate(
    _ points: UnsafePointer<Double>, count: Int, losses: UnsafeMutablePointer<Double>,
    gradientNorms: UnsafeMutablePointer<Double>
  ) {
    let dimension = self.dimension
    if dimension == 2 {
      for i in 0..<count {
        let p = Planar(points[2 * i], points[2 * i + 1])
        var g = Planar(0.0, 0.0)
        gradient(at: p, into: &g)
        losses[i] = loss(at: p)
        gradientNorms[i] = (g.x * g.x + g.y * g.y).squareRoot()
      }
      return
    }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension) { buffer in
      var g = Strided(buffer.baseAddress!, count: dimension)
      for i in 0..<count {
        let x = Strided(
          UnsafeMutablePointer(mutating: points + i * dimension), count: dimension)
        gradient(at: x, into: &g)
        losses[i] = loss(at: x)
        var sum = 0.0
        for d in 0..<dimension { sum += g[d] * g[d] }
        gradientNorms[i] = sum.squareRoot()
      }
    }
  }

  @inlinable
  public func evaluate(
    _ points: UnsafePointer<Double>, count: Int, losses: UnsafeMutablePointer<Double>
  ) {
    let dimension = self.dimension
    if dimension == 2 {
      for i in 0..<count { losses[i] = loss(at: Planar(points[2 * i], points[2 * i + 1])) }
      return
    }
    for i in 0..<count {
      let x = Strided(UnsafeMutablePointer(mutating: points + i * dimension), count: dimension)
      losses[i] = loss(at: x)
    }
  }

  @inlinable
  public func losses(
    at x: UnsafePointer<Double>, into losses: UnsafeMutablePointer<Double>, lanes: Int
  ) {
    let dimension = self.dimension
    if dimension == 2 {
      let y = x + lanes
      for k in 0..<lanes { losses[k] = loss(at: Planar(x[k], y[k])) }
      return
    }
    let points = UnsafeMutablePointer(mutating: x)
    for k in 0..<lanes {
      losses[k] = loss(at: Strided(points + k, count: dimension, stride: lanes))
    }
  }

  public func hessianVectorProduct(at x: [Double], _ v: [Double]) -> [Double] {
    var point = zip(x, v).map { Dual($0, derivative: $1) }
    var result = [Dual](repeating: Dual(0), count: dimension)
    point.withUnsafeMutableBufferPointer { point in
      result.withUnsafeMutableBufferPointer { result in
        var g = Strided(result.baseAddress!, count: dimension)
        gradient(at: Strided(point.baseAddress!, count: dimension), into: &g)
      }
    }
    return result.map(\.derivative)
  }

  /// A column of the Jacobian from each run of the residuals on dual numbers.
  @inlinable
  public func residualsAndJacobian(at x: [Double]) -> (residuals: [Double], jacobian: [Double]) {
    let n = dimension
    let m = residualCount
    var point = x.map { Dual($0) }
    var result = [Dual](repeating: Dual(.nan, derivative: .nan), count: m)
    var jacobian = [Double](repeating: .nan, count: m * n)
    point.withUnsafeMutableBufferPointer { point in
      result.withUnsafeMutableBufferPointer { result in
        guard let p = point.baseAddress, let r = result.baseAddress else { return }
        for k in 0..<n {
          p[k].derivative = 1
          residuals(at: Strided(p, count: n), into: Strided(r, count: m))
          p[k].derivative = 0
          for i in 0..<m { jacobian[i * n + k] = r[i].derivative }
        }
      }
    }
    return (result.map(\.value), jacobian)
  }
}

extension Surface {
  /// f(x) at a point given as an array.
  public func loss(at x: [Double]) -> Double {
    precondition(x.count == dimension, "a coordinate for each dimension")
    var loss = Double.nan
    evaluate(x, count: 1, losses: &loss)
    return loss
  }

  /// f(x).
  public func loss(at x: Vector<Double>) -> Double {
    precondition(x.count == dimension, "a coordinate for each dimension")
    var loss = Double.nan
    withExtendedLifetime(x) { evaluate(x.pointer, count: 1, losses: &loss) }
    return loss
  }

  /// ∇f(x) as the surface writes it, without noise.
  public func gradient(at x: [Double]) -> [Double] {
    var x = x
    var g = [Double](repeating: .nan, count: dimension)
    x.withUnsafeMutableBufferPointer { x in
      g.withUnsafeMutableBufferPointer { g in
        var out = Strided(g.baseAddress!, count: dimension)
        gradient(at: Strided(x.baseAddress!, count: dimension), into: &out)
      }
    }
    return g
  }

  /// Losses and gradient norms at many points.
  public func evaluated(_ points: [[Double]]) -> (losses: [Double], gradientNorms: [Double]) {
    let flat = points.flatMap { $0 }
    var losses = [Double](repeating: 0, count: points.count)
    var norms = losses
    evaluate(flat, count: points.count, losses: &losses, gradientNorms: &norms)
    return (losses, norms)
  }

  /// r(x) and J(x); refused where they are too large.
  public func residuals(at x: Vector<Double>) throws -> Residuals<Double> {
    guard residualCount * dimension <= Residuals<Double>.mostElements else {
      throw OracleError(
        "a Jacobian of \(residualCount) × \(dimension) is too large; at most "
          + "\(Residuals<Double>.mostElements) elements")
    }
    let (values, jacobian) = residualsAndJacobian(at: x.array)
    return Residuals(
      values: Vector(values),
      jacobian: Matrix(Vector(jacobian), rows: residualCount, columns: dimension))
  }

  /// ∇²f(x), n × n.
  public func hessian(at x: [Double]) -> [Double] {
    x.indices.flatMap { i in
      hessianVectorProduct(at: x, x.indices.map { $0 == i ? 1 : 0 })
    }
  }
}
