// The loss along a line, as line searches ask for it.

/// The loss f(x + t d) as a function of the length t, with its slope, where a search has asked for it.
public struct SearchLine<R: Scalar> {
  /// A length that was tried.
  public struct Trial {
    public var length: Double
    public var loss: Double
    /// ∇f(x + td)ᵀd
    public var slope: Double
    public var gradient: Vector<R>

    @inlinable
    init(length: Double, loss: Double, slope: Double, gradient: Vector<R>) {
      self.length = length
      self.loss = loss
      self.slope = slope
      self.gradient = gradient
    }
  }

  /// The trial of length 0, which is known without being asked for.
  public let begin: Trial
  /// How many lengths were tried.
  public private(set) var count = 0
  @usableFromInline let direction: Vector<R>
  @usableFromInline let oracle: Oracle<R>
  @usableFromInline var start: Vector<R>
  @usableFromInline var point: Vector<R>

  /// The line from `x` along `direction`, where loss and gradient are known at `x`.
  @inlinable
  public init(
    from x: Vector<R>, along direction: Vector<R>, loss: Double, gradient: Vector<R>,
    asking oracle: Oracle<R>
  ) {
    start = x
    self.direction = direction
    self.oracle = oracle
    begin = Trial(length: 0, loss: loss, slope: gradient.dot(direction), gradient: gradient)
    point = Vector(repeating: R(0.0), count: x.count)
  }

  /// Asks for loss and gradient at a length, which is counted as one gradient.
  @inlinable
  public mutating func trial(_ length: Double) throws -> Trial {
    point.assign(start)
    point.add(R(length), direction)
    countTrial()
    let found = try oracle.lossAndGradient(at: point)
    return Trial(
      length: length, loss: found.loss, slope: found.gradient.dot(direction),
      gradient: found.gradient)
  }

  @usableFromInline mutating func countTrial() { count += 1 }

  /// Lets go of the start, so that it can be written without being copied.
  @inlinable public mutating func release() { start = point }
}
