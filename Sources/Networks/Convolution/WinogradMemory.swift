// What a Winograd convolution works on, as it lies in memory: channels in groups of sixteen.

/// A matrix of rows × channels for each of the 64 numbers of a tile.
final class WinogradPlanes {
  let base: UnsafeMutablePointer<ChannelGroup>
  /// From one matrix to the next. One group more than it needs: caches are divided by the lower
  /// bits of an address, and at a round distance the numbers of a tile would compete for one set.
  let plane: Int

  /// - Parameter groups: the most that a matrix has, over all its rows.
  init(groups: Int) {
    plane = groups + 1
    base = .allocate(capacity: WinogradTransform.area * plane)
    base.initialize(repeating: .zero, count: WinogradTransform.area * plane)
  }

  deinit { base.deallocate() }

  /// The matrix of one of the numbers, with rows of whole groups.
  subscript(number: Int) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(base + number * plane).assumingMemoryBound(to: Float.self)
  }
}

/// The tiles that cover images of one shape, numbered from the first image's upper left corner.
struct WinogradTiling {
  let shape: Shape
  /// The pixels from one tile to the next.
  let step: Int
  /// The lines of tiles, and the tiles in each.
  let lines: Int
  let columns: Int
  /// The tiles of an image.
  var count: Int { lines * columns }

  init(_ shape: Shape, step: Int) {
    self.shape = shape
    self.step = step
    lines = (shape.axes[1] + step - 1) / step
    columns = (shape.axes[2] + step - 1) / step
  }

  /// The image that a tile lies in, and its upper left corner.
  func place(_ tile: Int) -> (image: Int, y: Int, x: Int) {
    let (line, column) = tile.quotientAndRemainder(dividingBy: columns)
    return (line / lines, line % lines * step, column * step)
  }
}

/// One line of tiles of an image, with zeros where tiles reach beyond it.
final class WinogradBand {
  let tiling: WinogradTiling
  /// The groups of channels: from a pixel to the next.
  let groups: Int
  /// From a row of pixels to the next; see `WinogradPlanes.plane`.
  let pitch: Int
  private let base: UnsafeMutablePointer<ChannelGroup>
  private let source: Shape
  private let size: Int
  private let padding: Int

  /// - Parameters:
  ///   - source: the images that are read.
  ///   - tiling: of the images that are computed from them.
  ///   - size: the height and width of a tile.
  ///   - padding: the zeros above and to the left of an image.
  init(_ source: Shape, tiling: WinogradTiling, size: Int, padding: Int) {
    self.source = source
    self.tiling = tiling
    self.size = size
    self.padding = padding
    groups = ChannelGroup.groups(source.channels)
    pitch = ((tiling.columns - 1) * tiling.step + size) * groups + 1
    base = .allocate(capacity: size * pitch)
    base.initialize(repeating: .zero, count: size * pitch)
  }

  deinit { base.deallocate() }

  /// Calls `body` with where each of `tiles` begins, for each group of channels, and its place among
  /// the rows of a matrix.
  @inline(__always)
  func each(
    _ tiles: Range<Int>, of images: UnsafePointer<Float>, imageCount: Int,
    _ body: (_ tile: UnsafePointer<ChannelGroup>, _ place: Int) -> Void
  ) {
    for tile in tiles {
      let (image, y, x) = tiling.place(tile)
      if x == 0 || tile == tiles.lowerBound { load(images + image * imageCount, y: y) }
      for group in 0..<groups {
        body(base + (x * groups + group), (tile - tiles.lowerBound) * groups + group)
      }
    }
  }

  /// Takes the line of tiles that begins in row `y`.
  private func load(_ image: UnsafePointer<Float>, y: Int) {
    let channels = source.channels
    let (height, width) = (source.axes[1], source.axes[2])
    for i in 0..<size {
      let row = y + i - padding
      var target = base + (i * pitch + padding * groups)
      guard row >= 0, row < height else {
        target.update(repeating: .zero, count: width * groups)
        continue
      }
      var pixel = image + row * width * channels
      for _ in 0..<width {
        for group in 0..<groups {
          let first = group * ChannelGroup.scalarCount
          target[group] = ChannelGroup(pixel + first, count: channels - first)
        }
        pixel += channels
        target += groups
      }
    }
  }
}
