// Which examples a network is trained on, and what is done to them, for other programs.

import OptimizerKit

extension TrainingExamples {
  /// Data, preparation, changes and minibatches.
  ///
  /// - Throws: `DataError`.
  func description() throws(DataError) -> TrainingDescription {
    let data = try data.load(preprocessing, fold: fold)
    var description = try self.data.description()
    let trained = trainSize == 0 ? data.training.count : trainSize
    if fold.isTest, case .int32(let training, _)? = description.arrays[.trainingExamples],
      case .int32(let validation, _)? = description.arrays[.validationExamples]
    {
      description.arrays[.trainingExamples] = .vector(training + validation)
      description.arrays[.validationExamples] = description.arrays[.testExamples]
      description.facts["fold"] = "test: validated on the test examples, trained on all others"
    } else if fold != .none, case .int32(let indices, _)? = description.arrays[.trainingExamples] {
      let range = fold.range(of: indices.count)
      description.arrays[.validationExamples] = .vector(Array(indices[range]))
      description.arrays[.trainingExamples] = .vector(
        Array(indices[..<range.lowerBound] + indices[range.upperBound...]))
      description.facts["fold"] = .text(
        "\(fold.hyperparameterText): of so many equal parts of the training examples, in their order, "
          + "this one is validated on, and the others are trained on")
    }
    if case .int32(let indices, _)? = description.arrays[.trainingExamples] {
      description.arrays[.trainingExamples] = .vector(Array(indices.prefix(trained)))
    }
    description.facts["preprocessing"] = .group(
      preparation(data.preprocessor, images: data.training as? ByteImages, &description.arrays)
        .merging([
          "name": .text(preprocessing.rawValue),
          "fittedTo": .text(
            "all \(data.training.count) examples of the training part, however many are used"),
        ]) { $1 })
    var changes: [String: Fact] = ["changes": .text(augmentation.hyperparameterText)]
    if augmentation != .none { changes.merge(Augmentations.facts) { $1 } }
    description.facts["augmentation"] = .group(changes)
    if augmentation.colour > 0,
      let images = try augmentation.applied(to: data.training) as? AugmentedImages,
      let axes = images.colours?.axes
    {
      description.arrays[.colourAxes] = .float32(
        axes.flatMap { [$0.x, $0.y, $0.z] }, shape: [axes.count, 3])
    }
    if views != .none { description.facts["views"] = views.facts }
    description.facts["minibatches"] = [
      "batch": .count(batch), "perEpoch": .count(trained / batch),
      "rule": .text(
        "in each epoch every example once, shuffled anew; what is left over at its end is left "
          + "out. order.npy holds the outcome, by places in training-examples.npy"),
      "drawn": .text(
        "for each epoch, from 0, i from the last place down to 1 changes places with an index "
          + "below i + 1 of the stream (seed, data order, epoch), beginning with 0, 1, 2, ..."),
    ]
    return description
  }

  /// What a preprocessor does, with its statistics.
  private func preparation(
    _ preprocessor: Preprocessor, images: ByteImages?,
    _ arrays: inout [TrainingDescription.ArrayName: TrainingDescription.Numbers]
  ) -> [String: Fact] {
    let entries = "entry j mod the length of each serves feature j"
    switch preprocessor {
    case .projection(let components):
      let size = components.mean.count
      arrays[.mean] = .vector(components.mean)
      arrays[.matrix] = .float32(components.matrix, shape: [size, size])
      return [
        "formula": "input = matrix (x - mean), in float32; x are the features, byte / 255 of bytes"
      ]
    case .scaling(let mean, let deviation):
      arrays[.mean] = .vector(mean)
      arrays[.deviation] = .vector(deviation)
      guard let images else {
        return [
          "formula": .text(
            "input = (feature - mean) / deviation, in float64, then rounded to float32; " + entries)
        ]
      }
      arrays[.scale] = .vector(images.scale)
      arrays[.shift] = .vector(images.shift)
      return [
        "formula": .text(
          "input = byte * scale + shift, in float32, where scale = 1 / (255 deviation) and shift = "
            + "-mean / deviation, of pixels from 0 to 1; " + entries)
      ]
    }
  }
}

extension Augmentations {
  /// How changes are drawn and made.
  fileprivate static let facts: [String: Fact] = [
    "drawn": .text(
      "for each step, key is the first draw of the stream (seed, augmentation, step); for "
        + "place r of the minibatch, from 0, the stream (key, augmentation, r) gives, in this order and "
        + "only what is asked for: scale: the enlarged height H' = H + an index below round(scale H) - "
        + "H + 1, and the width round(W H' / H); scale or crop: top = an index below H' - H + 2 crop + "
        + "1, minus crop, then left likewise; flip: mirrored where a uniform number is below 0.5; "
        + "brightness, then contrast: the factor 1 + strength (2 uniform - 1); colour: for each row of "
        + "colour-axes.npy a normal number times strength times that row, summed"),
    "applied": .text(
      "to bytes, before they are scaled: enlarged (bilinear; centres of pixels correspond, "
        + "the edge continues beyond itself), H x W pixels cut out at (top, left), zeros outside of the "
        + "image, mirrored left to right, times brightness, clamped to 0...255, mean of all + contrast "
        + "(pixel - mean), clamped again, + 255 times the colour of each channel"),
  ]
}

extension DataSource {
  /// The files, what they hold, and which examples are which part.
  ///
  /// - Throws: `DataError`.
  func description(in root: String = root) throws(DataError) -> TrainingDescription {
    var description: TrainingDescription
    switch self {
    case .fashionMNIST, .mnist: description = mnistFiles(in: root).description
    case .cifar10: description = CIFAR10Files(root: root).description
    case .spirals, .moons, .blobs:
      description = SyntheticPoints.description(points())
    case .csv(let source): description = try source.description()
    }
    let summary = try summary()
    description.facts["name"] = .text(hyperparameterText)
    description.facts["shape"] = .axes(summary.shape.axes)
    description.facts["classes"] = .count(summary.classes)
    if summary.shape.axes.count == 3 {
      description.facts["order"] = .text(
        "an image's shape is channels x height x width; its features are counted row by row, the "
          + "channels of a pixel side by side")
    }
    return TrainingDescription(
      facts: ["data": .group(description.facts)], arrays: description.arrays)
  }
}

extension TrainingDescription {
  /// The parts of a data set, by the places of their examples.
  init(
    training: some Sequence<Int>, validation: some Sequence<Int>, test: some Sequence<Int>,
    facts: [String: Fact]
  ) {
    func places(_ part: some Sequence<Int>) -> Numbers { .vector(part.map(Int32.init)) }
    self.init(
      facts: facts,
      arrays: [
        .trainingExamples: places(training), .validationExamples: places(validation),
        .testExamples: places(test),
      ])
  }

  /// The examples themselves, before any preparation.
  mutating func add(values: [Float], labels: [Int32]) {
    let columns = labels.isEmpty ? 0 : values.count / labels.count
    arrays[.features] = .float32(values, shape: [labels.count, columns])
    arrays[.labels] = .vector(labels)
  }
}

extension MNISTFiles {
  var description: TrainingDescription {
    func files(_ part: Part) -> Fact {
      let (images, labels) = paths(part)
      return ["images": .text(images), "labels": .text(labels)]
    }
    let (training, validation) = (Self.summary.trainingCount, Self.summary.validationCount)
    return TrainingDescription(
      training: 0..<training, validation: training..<training + validation,
      test: 0..<Self.summary.testCount,
      facts: [
        "files": ["trainingAndValidation": files(.train), "test": files(.test)],
        "format": "IDX of bytes, compressed with gzip",
        "split": .text(
          "the first \(training) images to train on, the next \(validation) to validate on; the test "
            + "examples are counted in files of their own"),
      ])
  }
}

extension CIFAR10Files {
  var description: TrainingDescription {
    let all = trainingFiles.count * recordsPerFile
    let training = all / 10 * 9
    return TrainingDescription(
      training: 0..<training, validation: training..<all, test: 0..<recordsPerFile,
      facts: [
        "files": [
          "trainingAndValidation": .list(trainingFiles.map { .text($0) }),
          "test": .list([.text(testFile)]),
        ],
        "format": "records of a label (one byte) and 3 x 32 x 32 pixels, plane by plane",
        "split": .text(
          "counted through the files in this order, the first \(training) images to train on, the "
            + "others to validate on; the test examples are counted in a file of their own"),
      ])
  }
}

extension SyntheticPoints {
  static func description(_ points: FloatExamples) -> TrainingDescription {
    var description = TrainingDescription(
      training: 0..<2000, validation: 2000..<2500, test: 2500..<count,
      facts: [
        "files": ["features": "features.npy", "labels": "labels.npy"],
        "format": "points that the lab makes, the same in every run",
        "split": .text(
          "the first 2000 points to train on, the next 500 to validate on, the last 500 to "
            + "test on"),
      ])
    description.add(values: points.allValues, labels: points.allLabels)
    return description
  }
}

extension CSVSource {
  func description() throws(DataError) -> TrainingDescription {
    let table = try table()
    let count = table.labels.count
    let (training, tenth) = RawDataSet.shares(of: count)
    let order = FloatExamples.shuffledOrder(count)
    var description = TrainingDescription(
      training: order[..<training], validation: order[training..<training + tenth],
      test: order[(training + tenth)...],
      facts: [
        "files": [
          "source": .text(absolutePath), "features": "features.npy", "labels": "labels.npy",
        ],
        "format": "CSV; features.npy and labels.npy hold its rows in order, without the header",
        "hash": hash.map { .text($0) } ?? .nothing,
        "classNames": .list(table.classNames.map { .text($0) }),
        "split": .text(
          "shuffled, always in the same way; 80 % to train on, 10 % to validate on, 10 % to "
            + "test on"),
      ])
    description.add(values: table.values, labels: table.labels)
    return description
  }
}
