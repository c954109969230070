// What the Swift runtime writes where a process ends by a trap.

/// A backtrace of the thread that trapped: frames from the innermost outwards, and where the
/// libraries were loaded.
///
///     3 [ra] 0x00007fea2d63f06a Lion.run(_:) + 223 in Lion_0123456789abcdef.so at /me/Lion.swift:5:20
///
///     0x00007fea2d63b000–0x00007fea2d63fd88 86c4f32… Lion_0123456789abcdef.so /cache/Lion_0123456789abcdef.so
struct Backtrace {
  private let lines: [Substring]

  init(_ text: String) { lines = text.split(whereSeparator: \.isNewline) }

  /// What failed, where the compiler has noted it: "arithmetic overflow".
  var failure: String? {
    lines.lazy.compactMap { $0.firstMatch(of: #/Swift runtime failure: (?<what>.*?) in /#) }
      .first.map { String($0.output.what) }
  }

  /// The innermost line of a plugin's file: a plugin is a library with the name of its type and a
  /// hash, made from the file of that name.
  ///
  /// Calls that the compiler adds, as for a change in place, have no line of their own: they belong
  /// to the line of the code before them.
  func place(_ symbolize: (_ library: String, _ addresses: [Int]) -> [String]) -> String? {
    for line in lines {
      guard
        let frame = line.firstMatch(
          of: #/0x(?<address>[0-9a-f]+) .* in (?<image>(?<type>\w+)_[0-9a-f]{16}\.so)/#)
      else { continue }
      func own(_ place: some StringProtocol) -> String? {
        guard
          let match = Substring(place).firstMatch(of: #/(?<file>\w+\.swift):(?<line>[1-9][0-9]*)/#),
          match.output.file == "\(frame.output.type).swift"
        else { return nil }
        return "\(match.output.file):\(match.output.line)"
      }
      if let place = own(line[frame.range.upperBound...]) { return place }
      guard line.contains("[ra]"), !line.contains("[inlined]"), !line.contains("[thunk]"),
        let address = Int(frame.output.address, radix: 16),
        let image = image(String(frame.output.image))
      else { continue }
      let before = (1...256).map { address - image.start - $0 }.filter { $0 >= 0 }
      if let place = symbolize(image.path, before).lazy.compactMap({ own($0) }).first {
        return place
      }
    }
    return nil
  }

  /// Where a library was loaded, and from which file.
  private func image(_ name: String) -> (start: Int, path: String)? {
    for line in lines where line.contains("–") {
      guard
        let match = line.wholeMatch(
          of: #/\s*0x(?<start>[0-9a-f]+)–\S+\s+\S+\s+(?<name>\S+)\s+(?<path>.*)/#),
        match.output.name == name, let start = Int(match.output.start, radix: 16)
      else { continue }
      return (start, String(match.output.path))
    }
    return nil
  }
}
