// All that a training is made of, for whoever does it again elsewhere.

/// What is trained, on what, and how: beside the parameters at the start, the order of the data and
/// the optimizer, all that is needed to do the same training by another program.
public struct TrainingDescription: Sendable {
  /// Numbers that have a file of their own.
  public enum ArrayName: String, Sendable, CaseIterable {
    /// The examples that are trained on, by their places among those that the data set's files hold
    /// (int32, counted from 0); `order.npy` counts in this list.
    case trainingExamples = "training-examples"
    /// Those that are validated on.
    case validationExamples = "validation-examples"
    /// Those that are tested on.
    case testExamples = "test-examples"
    /// The features of all examples before any preparation, where they are few (float32).
    case features
    /// The classes of these, from 0 (int32).
    case labels
    /// What is subtracted from the features.
    case mean
    /// What they are then divided by.
    case deviation
    /// What a byte is multiplied by.
    case scale
    /// What is then added to it.
    case shift
    /// One row for each principal component.
    case matrix
    /// The axes along which colours are jittered, one row each.
    case colourAxes = "colour-axes"
  }

  /// An array, row-major.
  public enum Numbers: Sendable, Equatable {
    case int32([Int32], shape: [Int])
    case float32([Float], shape: [Int])
    case float64([Double], shape: [Int])

    /// A vector.
    public static func vector(_ values: [Int32]) -> Numbers {
      .int32(values, shape: [values.count])
    }
    public static func vector(_ values: [Float]) -> Numbers {
      .float32(values, shape: [values.count])
    }
    public static func vector(_ values: [Double]) -> Numbers {
      .float64(values, shape: [values.count])
    }
  }

  /// What can be said in words and single numbers.
  public var facts: [String: Fact]
  /// What cannot.
  public var arrays: [ArrayName: Numbers]

  public init(facts: [String: Fact] = [:], arrays: [ArrayName: Numbers] = [:]) {
    self.facts = facts
    self.arrays = arrays
  }
}
