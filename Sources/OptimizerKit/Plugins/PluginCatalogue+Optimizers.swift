// Optimizers with all that they wrap, from specifications.

extension PluginCatalogue {
  /// An optimizer as specified, with what it wraps, ready to run.
  ///
  /// - Throws: what names and hyperparameters may have wrong, and `OracleError` where something is
  ///   wrapped by what is no wrapper.
  public func optimizer(_ spec: OptimizerSpec) throws -> any Optimizer {
    let outer = try optimizer(spec.plugin)
    guard let inner = spec.inner else { return outer }
    guard var wrapper = outer as? any Wrapper else {
      throw OracleError("\(spec.name) is no wrapper")
    }
    wrapper.inner = try optimizer(inner)
    return wrapper
  }
}
