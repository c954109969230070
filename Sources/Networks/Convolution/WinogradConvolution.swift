// A convolution in single precision with fewer multiplications, by Winograd's minimal filtering.

import LinearAlgebra

/// A convolution of stride 1 with filters of 2 × 2 to 7 × 7 weights, over tiles of 8 × 8 inputs that
/// give m × m outputs each, m = 9 − F.
///
/// Tiles of the input and the filters are transformed to 64 numbers each (`WinogradTransform`), and
/// the sums over channels become 64 products of matrices,
///
///     M[e] = V[e] U[e]    tiles × outputs = (tiles × inputs) (inputs × outputs)    e = 0 ... 63
///
/// with 64 / (m F)² of the multiplications: 4/25 for F = 5, 16/81 for F = 3. The gradient with
/// respect to the filters takes the same way backwards, U̅[e] = V[e]ᵀ M̅[e]. That with respect to the
/// input is a convolution too: of the output's gradient, with the filters turned by half a turn and
/// F − 1 − P zeros around.
///
/// Tiles are worked through in blocks, and memory is that of one block, however many examples there
/// are. NaN and infinity spread over the tiles that they lie in.
final class WinogradConvolution: LinearArithmetic {
  typealias Scalar = Float

  /// The tiles that are multiplied at once: enough for the products to run at speed, few enough for
  /// V and M to stay in the cache. From 16 to 96 the times differ by less than 5 %.
  private static let block = 32

  private let geometry: ConvolutionGeometry
  private let transform = WinogradTransform()
  /// The elements of a tile as they come from `transform`, or go to it.
  private let tile = UnsafeMutablePointer<ChannelGroup>.allocate(capacity: WinogradTransform.area)
  /// V: the transformed tiles of what is convolved.
  private let sources: WinogradPlanes
  /// M: their products with U, or the gradients of these.
  private let products: WinogradPlanes
  /// U: the transformed filters, or their gradients.
  private let filters: WinogradPlanes
  private let input: WinogradBand
  /// The output's gradient, in the tiles that belong to those of the input.
  private let gradient: WinogradBand
  /// The output's gradient, as it is convolved.
  private let turnedGradient: WinogradBand

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    let filter = geometry.filter
    let points = WinogradTransform.points
    let step = points + 1 - filter.size
    let outputTiling = WinogradTiling(geometry.output, step: step)
    let inputTiling = WinogradTiling(geometry.input, step: step)
    input = WinogradBand(
      geometry.input, tiling: outputTiling, size: points, padding: filter.padding)
    gradient = WinogradBand(geometry.output, tiling: outputTiling, size: step, padding: 0)
    turnedGradient = WinogradBand(
      geometry.output, tiling: inputTiling, size: points,
      padding: filter.size - 1 - filter.padding)
    let groups = max(input.groups, gradient.groups)
    sources = WinogradPlanes(groups: Self.block * groups)
    products = WinogradPlanes(groups: Self.block * groups)
    filters = WinogradPlanes(
      groups: max(
        geometry.input.channels * gradient.groups, geometry.output.channels * input.groups))
    tile.initialize(repeating: .zero, count: WinogradTransform.area)
  }

  deinit { tile.deallocate() }

  func forward(
    _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, examples: Int
  ) {
    transformFilters(weights, turned: false)
    convolve(
      input, geometry.input, self.input, bias: bias, into: output, examples: examples)
  }

  func backward(
    _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>?,
    inputGradient: UnsafeMutablePointer<Float>?, examples: Int
  ) {
    if let weightGradient {
      correlate(input, outputGradient, examples: examples)
      collectFilters(weightGradient)
    }
    guard let inputGradient else { return }
    transformFilters(weights, turned: true)
    convolve(
      outputGradient, geometry.output, turnedGradient, bias: nil, into: inputGradient,
      examples: examples)
  }

  /// target ← source ∗ filters + bias, over the images of `band`.
  private func convolve(
    _ source: UnsafePointer<Float>, _ shape: Shape, _ band: WinogradBand,
    bias: UnsafePointer<Float>?, into target: UnsafeMutablePointer<Float>, examples: Int
  ) {
    let channels = band.tiling.shape.channels
    let groups = ChannelGroup.groups(channels)
    let imageCount = shape.count
    let count = band.tiling.count * examples
    for first in stride(from: 0, to: count, by: Self.block) {
      let tiles = first..<min(first + Self.block, count)
      transformTiles(tiles, of: source, imageCount: imageCount, band)
      for e in 0..<WinogradTransform.area {
        Float.gemm(
          rows: tiles.count, columns: channels, inner: shape.channels, alpha: 1,
          sources[e], strideA: band.groups * ChannelGroup.scalarCount, transposeA: false,
          filters[e], strideB: groups * ChannelGroup.scalarCount, transposeB: false, beta: 0,
          products[e], strideC: groups * ChannelGroup.scalarCount)
      }
      collectTiles(tiles, band.tiling, bias: bias, into: target)
    }
  }

  /// sources ← B x Bᵀ, for each of `tiles` of the images of `band`.
  private func transformTiles(
    _ tiles: Range<Int>, of source: UnsafePointer<Float>, imageCount: Int, _ band: WinogradBand
  ) {
    band.each(tiles, of: source, imageCount: imageCount) { tile, place in
      transform.input(
        tile, pitch: band.pitch, step: band.groups, into: sources.base + place,
        plane: sources.plane)
    }
  }

  /// The images of `target`, where `tiles` lie ← Aᵀ products A + bias.
  private func collectTiles(
    _ tiles: Range<Int>, _ tiling: WinogradTiling, bias: UnsafePointer<Float>?,
    into target: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (tiling.shape.axes[1], tiling.shape.axes[2])
    let channels = tiling.shape.channels
    let groups = ChannelGroup.groups(channels)
    let step = tiling.step
    for index in tiles {
      let (image, y, x) = tiling.place(index)
      let corner = target + ((image * height + y) * width + x) * channels
      for group in 0..<groups {
        let first = group * ChannelGroup.scalarCount
        let left = channels - first
        let offset = bias.map { ChannelGroup($0 + first, count: left) } ?? .zero
        transform.collect(
          step, products.base + ((index - tiles.lowerBound) * groups + group),
          plane: products.plane, into: tile)
        for i in 0..<min(step, height - y) {
          let pixels = corner + (i * width * channels + first)
          for j in 0..<min(step, width - x) {
            (tile[i * step + j] + offset).store(pixels + j * channels, count: left)
          }
        }
      }
    }
  }

  /// filters ← for each number the sum over tiles of inputs ⊗ gradients of outputs.
  private func correlate(
    _ source: UnsafePointer<Float>, _ outputGradient: UnsafePointer<Float>, examples: Int
  ) {
    let (inputCount, outputCount) = (geometry.input.count, geometry.output.count)
    let count = input.tiling.count * examples
    for first in stride(from: 0, to: count, by: Self.block) {
      let tiles = first..<min(first + Self.block, count)
      transformTiles(tiles, of: source, imageCount: inputCount, input)
      gradient.each(tiles, of: outputGradient, imageCount: outputCount) { tile, place in
        transform.evaluate(
          gradient.tiling.step, tile, pitch: gradient.pitch, step: gradient.groups,
          into: products.base + place, plane: products.plane)
      }
      for e in 0..<WinogradTransform.area {
        Float.gemm(
          rows: geometry.input.channels, columns: geometry.output.channels, inner: tiles.count,
          alpha: 1, sources[e], strideA: input.groups * ChannelGroup.scalarCount, transposeA: true,
          products[e], strideB: gradient.groups * ChannelGroup.scalarCount, transposeB: false,
          beta: first == 0 ? 0 : 1,
          filters[e], strideC: gradient.groups * ChannelGroup.scalarCount)
      }
    }
  }

  /// filters ← S A w Aᵀ S, as inputs × outputs; or as outputs × inputs, with w turned.
  private func transformFilters(_ weights: UnsafePointer<Float>, turned: Bool) {
    let size = geometry.filter.size
    let area = size * size
    let (inputs, outputs) = (geometry.input.channels, geometry.output.channels)
    let (rows, columns) = turned ? (outputs, inputs) : (inputs, outputs)
    let (rowStride, columnStride) = turned ? (inputs * area, area) : (area, inputs * area)
    let groups = ChannelGroup.groups(columns)
    for row in 0..<rows {
      for group in 0..<groups {
        let first = group * ChannelGroup.scalarCount
        let filter = weights + (row * rowStride + first * columnStride)
        for k in 0..<area {
          tile[turned ? area - 1 - k : k] = ChannelGroup(
            filter + k, stride: columnStride, count: columns - first)
        }
        let target = filters.base + (row * groups + group)
        transform.evaluate(size, tile, pitch: size, step: 1, into: target, plane: filters.plane)
        transform.scale(target, plane: filters.plane)
      }
    }
  }

  /// gradient ← Aᵀ S filters S A.
  private func collectFilters(_ gradient: UnsafeMutablePointer<Float>) {
    let size = geometry.filter.size
    let area = size * size
    let (inputs, outputs) = (geometry.input.channels, geometry.output.channels)
    let groups = ChannelGroup.groups(outputs)
    for row in 0..<inputs {
      for group in 0..<groups {
        let first = group * ChannelGroup.scalarCount
        let source = filters.base + (row * groups + group)
        transform.scale(source, plane: filters.plane)
        transform.collect(size, source, plane: filters.plane, into: tile)
        let filter = gradient + (first * inputs + row) * area
        for k in 0..<area {
          tile[k].store(filter + k, stride: inputs * area, count: outputs - first)
        }
      }
    }
  }
}
