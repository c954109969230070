import OptimizerKit

/// The same value at every step.
///
///     α(t) = s α₀
///
/// The hyperparameter's own value where the share s is 1. With a length of `steps` it stands before
/// another schedule: `constant[steps=50]+cosine` holds and then falls, and
/// `constant[steps=5;share=0.3]+constant` is torch.optim.lr_scheduler.ConstantLR.
public struct Constant: Schedule {
  public static let name = "constant"
  public static let summary = "no change"
  public static let source = "torch.optim.lr_scheduler.ConstantLR"
  public static let family = Family.decay

  @Hyperparameter("how many steps it takes where another follows; 0 for the rest", in: 0.0...1e9)
  public var steps = 0
  @Hyperparameter("s, the share of the value", in: 0...1) public var share = 1.0

  public init() {}

  public var length: Int? { steps > 0 ? steps : nil }

  public func value(base: Double, step: Int, steps _: Int) -> Double { share * base }
}
