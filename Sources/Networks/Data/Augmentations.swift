// Which random changes training images undergo.

import OptimizerKit

/// Random changes to training images, before they are preprocessed: `none`, or parts joined by `+`:
///
/// - `scale1.25`: enlarged by a factor from 1 to 1.25 (bilinear); a random part of the original size
///   is cut out.
/// - `crop4`: padded with 4 zeros on each side; a random part of the original size is cut out.
/// - `flip`: mirrored left to right, half of the time.
/// - `brightness0.2`: every pixel times a factor from 0.8 to 1.2.
/// - `contrast0.2`: every pixel's distance to the image's mean times a factor from 0.8 to 1.2.
/// - `colour0.1`: α λ p is added for each principal axis p of the training pixels' colours, where λ is
///   the variance along p and α is normal with deviation 0.1.
///
/// They are applied in this order, to pixels from 0 to 1; brightness and contrast end within these.
/// Crops and scales as He et al. 2016, arXiv 1512.03385; colour as Krizhevsky, Sutskever and Hinton
/// 2012, doi:10.1145/3065386.
public struct Augmentations: HyperparameterValue, Hashable {
  /// The largest factor of enlargement, from 1 to 4.
  public var scale: Double
  /// Zeros on each side of an image, from 0 to 64.
  public var crop: Int
  /// Whether images are mirrored.
  public var flip: Bool
  /// The largest change of brightness, from 0 to 1.
  public var brightness: Double
  /// The largest change of contrast, from 0 to 1.
  public var contrast: Double
  /// The deviation of the colours' shares, from 0 to 1.
  public var colour: Double

  public init(
    scale: Double = 1, crop: Int = 0, flip: Bool = false, brightness: Double = 0,
    contrast: Double = 0, colour: Double = 0
  ) {
    self.scale = scale
    self.crop = crop
    self.flip = flip
    self.brightness = brightness
    self.contrast = contrast
    self.colour = colour
  }

  /// Images as they are.
  public static let none = Augmentations()

  public static var expectation: String {
    "none, or parts of scale1.25+crop4+flip+brightness0.2+contrast0.2+colour0.1 "
      + "(at most scale4, crop64 and 1)"
  }

  public init?(hyperparameter text: String) {
    self.init()
    if text == "none" { return }
    var seen: Set<Substring> = []
    for part in text.split(separator: "+", omittingEmptySubsequences: false) {
      let name = part.prefix { $0.isLetter }
      let value = part.dropFirst(name.count)
      guard seen.insert(name).inserted else { return nil }
      let number = Double(value) ?? .nan
      switch name {
      case "flip" where value.isEmpty: flip = true
      case "crop":
        guard let pixels = Int(value), pixels > 0 else { return nil }
        crop = pixels
      case "scale" where number > 1: scale = number
      case "brightness" where number > 0: brightness = number
      case "contrast" where number > 0: contrast = number
      case "colour" where number > 0: colour = number
      default: return nil
      }
    }
    guard areInRange else { return nil }
  }

  public var hyperparameterText: String {
    var parts: [String] = []
    if scale > 1 { parts.append("scale" + shortest(scale)) }
    if crop > 0 { parts.append("crop\(crop)") }
    if flip { parts.append("flip") }
    if brightness > 0 { parts.append("brightness" + shortest(brightness)) }
    if contrast > 0 { parts.append("contrast" + shortest(contrast)) }
    if colour > 0 { parts.append("colour" + shortest(colour)) }
    return parts.isEmpty ? "none" : parts.joined(separator: "+")
  }
  public var hyperparameterNumber: Double? { nil }

  private var areInRange: Bool {
    (1...4).contains(scale) && (0...64).contains(crop)
      && [brightness, contrast, colour].allSatisfy((0...1).contains)
  }

  /// Refuses data that cannot be changed so.
  ///
  /// - Parameter name: the hyperparameter that asks for it.
  /// - Throws: `DataError`, for values out of range, for what is no image, for images that are
  ///   smaller than their padding, for colours without three channels and for components.
  func check(
    _ shape: Shape, preprocessing: Preprocessing, as name: String = "augmentation"
  ) throws(DataError) {
    if self == .none { return }
    let text = "\(name) = \(hyperparameterText)"
    guard areInRange else { throw .unsuitable("\(text); expected \(Self.expectation)") }
    guard shape.axes.count == 3 else {
      throw .unsuitable("\(text) changes images; the examples are \(shape); expected none")
    }
    guard !preprocessing.isProjection else {
      throw .unsuitable(
        "\(text) changes pixels, which preprocessing = \(preprocessing.rawValue) turns into "
          + "components; expected none, or another preprocessing")
    }
    let least = min(shape.axes[1], shape.axes[2])
    guard crop < least else {
      throw .unsuitable(
        "\(text) pads more than there is of images of \(shape); expected crop below \(least)")
    }
    guard colour == 0 || shape.channels == 3 else {
      throw .unsuitable("\(text) needs three channels; the examples are \(shape)")
    }
  }

  /// `examples`, changed anew in every step of training.
  ///
  /// - Throws: `DataError`, where they cannot be changed so.
  func applied(to examples: any Examples) throws(DataError) -> any Examples {
    if self == .none { return examples }
    try check(examples.shape, preprocessing: .none)
    guard let images = examples as? ByteImages else {
      throw .unsuitable("augmentation = \(hyperparameterText) changes images of bytes only")
    }
    return AugmentedImages(
      images: images, augmentations: self,
      colours: colour > 0 ? try ColourAxes(of: images) : nil)
  }
}
