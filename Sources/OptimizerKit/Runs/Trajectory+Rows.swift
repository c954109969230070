// Fewer rows of a trajectory.

extension Trajectory {
  /// Leaves out all rows but those of every so many steps, and the last.
  public mutating func keep(every: Int) {
    let rows = steps.indices.filter { steps[$0] % every == 0 || $0 == steps.count - 1 }
    guard rows.count < count else { return }
    func kept<T>(_ column: [T]) -> [T] { column.isEmpty ? [] : rows.map { column[$0] } }
    points = rows.flatMap { point($0) }
    losses = kept(losses)
    gradientNorms = kept(gradientNorms)
    learningRates = kept(learningRates)
    gradients = kept(gradients)
    lossEvaluations = kept(lossEvaluations)
    hessianVectorProducts = kept(hessianVectorProducts)
    hessians = kept(hessians)
    nanoseconds = kept(nanoseconds)
    steps = kept(steps)
  }
}
