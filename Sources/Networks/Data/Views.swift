// In which ways an image is seen when it is judged.

import OptimizerKit

/// A fixed set of views of each image that is validated or tested, over which predictions are averaged:
/// `none` for the image as it is alone, or parts joined by `+`:
///
/// - `crop2`: the image, and its four corners: padded with 2 zeros on each side, the parts of the original
///   size in the corners are cut out.
/// - `flip`: each of these, and the same mirrored left to right.
///
/// `crop2+flip` are ten views. The classes' probabilities are averaged. Krizhevsky, Sutskever and Hinton
/// 2012, doi:10.1145/3065386.
public struct Views: HyperparameterValue, Hashable {
  /// Zeros on each side of an image whose corners are cut out, from 0 to 64; 0 for no corners.
  public var crop: Int
  /// Whether images are seen mirrored too.
  public var flip: Bool

  public init(crop: Int = 0, flip: Bool = false) {
    self.crop = crop
    self.flip = flip
  }

  /// Images as they are.
  public static let none = Views()

  /// How many views of an image there are.
  public var count: Int { (crop > 0 ? 5 : 1) * (flip ? 2 : 1) }

  public static var expectation: String { "none, flip, crop2 or crop2+flip (at most crop64)" }

  public init?(hyperparameter text: String) {
    guard let changes = Augmentations(hyperparameter: text) else { return nil }
    self.init(crop: changes.crop, flip: changes.flip)
    guard changes == Augmentations(crop: crop, flip: flip) else { return nil }
  }

  /// The changes among which views are a fixed choice.
  private var changes: Augmentations { Augmentations(crop: crop, flip: flip) }

  public var hyperparameterText: String { changes.hyperparameterText }
  public var hyperparameterNumber: Double? { nil }

  /// How predictions come about, for other programs.
  var facts: Fact {
    [
      "views": .text(hyperparameterText), "count": .count(count),
      "formula": .text(
        "what is validated or tested is the mean over the views of the probabilities of the classes; "
          + "views, in this order: as it is; then, with crop, padded with zeros and cut out at (0, 0), "
          + "(0, 2 crop), (2 crop, 0), (2 crop, 2 crop); then, with flip, all of these mirrored left to "
          + "right"),
    ]
  }

  /// Refuses data that have no such views.
  ///
  /// - Throws: `DataError`, as `Augmentations.check` does.
  func check(_ shape: Shape, preprocessing: Preprocessing) throws(DataError) {
    try changes.check(shape, preprocessing: preprocessing, as: "views")
  }

  /// Refuses a loss whose predictions cannot be averaged.
  ///
  /// - Throws: `DataError`.
  func check(_ loss: any Loss) throws(DataError) {
    if self == .none || loss is any ProbabilisticLoss { return }
    throw .unsuitable(
      "views = \(hyperparameterText) averages probabilities of classes, which the loss "
        + "\(type(of: loss)) does not give; expected none")
  }

  /// `examples` in each view, the first as they are.
  ///
  /// - Throws: `DataError`, where they are no images.
  func applied(to examples: any Examples) throws(DataError) -> [any Examples] {
    if self == .none { return [examples] }
    try check(examples.shape, preprocessing: .none)
    guard let images = examples as? ByteImages else {
      throw .unsuitable("views = \(hyperparameterText) sees images of bytes only")
    }
    var parts = [ImageChange(shape: images.shape)]
    if crop > 0 {
      for (top, left) in [(-crop, -crop), (-crop, crop), (crop, -crop), (crop, crop)] {
        var part = parts[0]
        (part.top, part.left) = (top, left)
        parts.append(part)
      }
    }
    if flip {
      parts += parts.map { part in
        var part = part
        part.isFlipped = true
        return part
      }
    }
    return [images] + parts.dropFirst().map { ChangedImages(images: images, change: $0) }
  }
}

/// Images of which all are changed in one way.
struct ChangedImages: Examples {
  let images: ByteImages
  let change: ImageChange

  var count: Int { images.count }
  var shape: Shape { images.shape }
  var classes: Int { images.classes }
  var allLabels: [Int32] { images.allLabels }

  func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>
  ) {
    for (row, index) in indices.enumerated() {
      images.write(
        Int(index), changed: change, to: inputs + row * shape.count, label: labels + row)
    }
  }
}
