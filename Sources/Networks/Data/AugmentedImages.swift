// Training images that are changed at random.

import OptimizerKit

/// Images that are changed at random whenever they are gathered for a step of training, and left as
/// they are otherwise.
///
/// What is drawn depends on the run's seed, the step and the place in the minibatch alone.
struct AugmentedImages: Examples {
  let images: ByteImages
  let augmentations: Augmentations
  /// Where colours are jittered.
  let colours: ColourAxes?

  var count: Int { images.count }
  var shape: Shape { images.shape }
  var classes: Int { images.classes }
  var allLabels: [Int32] { images.allLabels }

  func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>
  ) {
    images.gather(indices, inputs: inputs, labels: labels)
  }

  func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>, seed: UInt64, step: Int
  ) {
    var steps = RandomSource(seed: seed, purpose: .augmentation, step: step)
    let key = steps.next()
    let size = shape.count
    for (row, index) in indices.enumerated() {
      var random = RandomSource(seed: key, purpose: .augmentation, step: row)
      let change = ImageChange(augmentations, colours: colours, shape: shape, random: &random)
      images.write(Int(index), changed: change, to: inputs + row * size, label: labels + row)
    }
  }
}
