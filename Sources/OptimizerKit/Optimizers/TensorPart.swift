// Some of the tensors of a parameter vector, as a parameter vector of their own.

/// Some tensors of a layout: which they are, their own layout, and how they are taken out of the
/// whole vector and put back.
struct TensorPart: Sendable {
  /// Indices into the tensors of the whole layout.
  let tensors: [Int]
  /// The layout of the part.
  let layout: ParameterLayout
  /// Where each tensor begins in the whole and in the part, and how long it is.
  private let places: [(whole: Int, part: Int, count: Int)]

  init(_ tensors: [Int], of whole: ParameterLayout) {
    self.tensors = tensors
    var layout = ParameterLayout()
    var places: [(whole: Int, part: Int, count: Int)] = []
    for index in tensors {
      let tensor = whole.tensors[index]
      let offset = layout.append(
        tensor.name, shape: tensor.shape, role: tensor.role, fanIn: tensor.fanIn)
      places.append((tensor.offset, offset, tensor.count))
    }
    self.layout = layout
    self.places = places
  }

  /// The part of `whole`.
  func gather<R: Real>(_ whole: Vector<R>) -> Vector<R> {
    var part = Vector(repeating: R.zero, count: layout.count)
    gather(whole, into: &part)
    return part
  }

  /// Writes the part of `whole` to `part`.
  func gather<R: Real>(_ whole: Vector<R>, into part: inout Vector<R>) {
    let target = part.mutablePointer()
    for place in places {
      (target + place.part).update(from: whole.pointer + place.whole, count: place.count)
    }
  }

  /// Writes `part` to where it belongs in `whole`.
  func scatter<R: Real>(_ part: Vector<R>, into whole: inout Vector<R>) {
    let target = whole.mutablePointer()
    for place in places {
      (target + place.whole).update(from: part.pointer + place.part, count: place.count)
    }
  }
}
